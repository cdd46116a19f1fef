package org.cowcheck.cli;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.Cell;

/** Looks things up by the names that users write. */
final class Names {
  /** Lists of names up to this length are shown whole in an error message. */
  private static final int FEW = 8;

  /** So many near names are shown at most, if they are not much farther than the nearest. */
  private static final int NEAR = 3;

  private static final int MORE_EDITS = 1;

  private Names() {}

  /** The scenario of a name, or of a race id, commit or CVE that means one scenario only. */
  static Scenario scenario(String name) {
    ImmutableList<Scenario> found = scenarios(name);
    if (found.size() > 1) {
      throw new BadInputException(
          "'%s' means %d scenarios: %s; name one"
              .formatted(
                  name,
                  found.size(),
                  found.stream().map(Scenario::name).collect(joining("', '", "'", "'"))));
    }
    return found.get(0);
  }

  /** The scenarios that are meant: by name, by a beginning and {@code *}, or by their origin. */
  static ImmutableList<Scenario> scenarios(String name) {
    ImmutableList<Scenario> byOrigin =
        Scenarios.all().stream()
            .filter(scenario -> OriginNames.mean(scenario, name))
            .collect(toImmutableList());
    if (!byOrigin.isEmpty()) {
      return byOrigin;
    }
    ImmutableList<String> races = OriginNames.races();
    if (OriginNames.looksLikeRace(name) && !races.isEmpty()) {
      throw unknown("race", name, races);
    }
    return findAll("scenario", name, Scenarios.all(), Scenario::name);
  }

  /** A patch; {@code S1} is the seed. */
  static Patch patch(String name) {
    return find("patch", seed(name), Patches.all(), Patch::name);
  }

  /** The patches that are meant: by name, or by a beginning and {@code *}. */
  static ImmutableList<Patch> patches(String name) {
    return findAll("patch", seed(name), Patches.all(), Patch::name);
  }

  private static String seed(String name) {
    return name.matches("S1([-*].*)?") ? "seed" + name.substring(2) : name;
  }

  static MemoryModel model(String name) {
    return find("model", name, MemoryModels.all(), MemoryModel::name);
  }

  static Platform platform(String name) {
    return find("platform", name, List.of(Platform.values()), Cell::name);
  }

  static Accesses accesses(String name) {
    return find("accesses", name, List.of(Accesses.values()), Cell::name);
  }

  private static <T> T find(String kind, String name, List<T> known, Function<T, String> nameOf) {
    return known.stream()
        .filter(candidate -> nameOf.apply(candidate).equals(name))
        .findFirst()
        .orElseThrow(() -> unknown(kind, name, known.stream().map(nameOf).toList()));
  }

  private static <T> ImmutableList<T> findAll(
      String kind, String name, List<T> known, Function<T, String> nameOf) {
    if (!name.endsWith("*")) {
      return ImmutableList.of(find(kind, name, known, nameOf));
    }
    String beginning = name.substring(0, name.length() - 1);
    ImmutableList<T> found =
        known.stream()
            .filter(candidate -> nameOf.apply(candidate).startsWith(beginning))
            .collect(toImmutableList());
    if (found.isEmpty()) {
      throw unknown(kind, beginning, known.stream().map(nameOf).toList());
    }
    return found;
  }

  private static BadInputException unknown(String kind, String name, List<String> known) {
    return new BadInputException(
        known.size() <= FEW
            ? String.format(
                "unknown %s '%s'; did you mean '%s'? (known: %s)",
                kind, name, near(name, known).get(0), String.join(", ", known))
            : String.format(
                "unknown %s '%s'; did you mean %s? ('list' shows all %d)",
                kind, name, either(near(name, known)), known.size()));
  }

  /** The names nearest to what was written: those that contain it, then the fewest edits away. */
  private static List<String> near(String name, List<String> known) {
    int fewest = known.stream().mapToInt(candidate -> edits(name, candidate)).min().orElseThrow();
    return known.stream()
        .filter(
            candidate -> candidate.contains(name) || edits(name, candidate) <= fewest + MORE_EDITS)
        .sorted(
            Comparator.comparing((String candidate) -> !candidate.contains(name))
                .thenComparing(candidate -> edits(name, candidate)))
        .limit(NEAR)
        .toList();
  }

  private static int edits(String name, String candidate) {
    return LevenshteinDistance.getDefaultInstance().apply(name, candidate);
  }

  private static String either(List<String> names) {
    String last = "'" + Iterables.getLast(names) + "'";
    return names.size() == 1
        ? last
        : names.subList(0, names.size() - 1).stream().collect(joining("', '", "'", "'"))
            + " or "
            + last;
  }
}
