package org.cowcheck.variant;

import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** The names that somebody may have meant. */
public final class NearNames {
  /** So many near names are shown at most, if they are not much farther than the nearest. */
  private static final int NEAR = 3;

  private static final int MORE_EDITS = 1;

  private NearNames() {}

  /** The names nearest to what was written: those that contain it, then the fewest edits away. */
  public static ImmutableList<String> of(String name, Collection<String> known) {
    int fewest = known.stream().mapToInt(candidate -> edits(name, candidate)).min().orElseThrow();
    return known.stream()
        .filter(
            candidate -> candidate.contains(name) || edits(name, candidate) <= fewest + MORE_EDITS)
        .sorted(
            Comparator.comparing((String candidate) -> !candidate.contains(name))
                .thenComparing(candidate -> edits(name, candidate)))
        .limit(NEAR)
        .collect(ImmutableList.toImmutableList());
  }

  private static int edits(String name, String candidate) {
    return LevenshteinDistance.getDefaultInstance().apply(name, candidate);
  }

  /** The names nearest to what was written, as in {@code 'a', 'b' or 'c'}. */
  public static String either(String name, Collection<String> known) {
    List<String> names = of(name, known);
    String last = "'" + Iterables.getLast(names) + "'";
    return names.size() == 1
        ? last
        : names.subList(0, names.size() - 1).stream().collect(joining("', '", "'", "'"))
            + " or "
            + last;
  }
}
