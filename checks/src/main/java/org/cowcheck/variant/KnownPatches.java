package org.cowcheck.variant;

import com.google.common.collect.ImmutableList;
import java.util.regex.Pattern;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;

/** The patches that have a name, by the names that users write. */
public final class KnownPatches {
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{7,40}");
  private static final Pattern SEED = Pattern.compile("S1(-.*)?");
  private static final Pattern WORD = Pattern.compile("[0-9A-Za-z]+");

  private KnownPatches() {}

  /**
   * The patches of a name: at most one, but several may add the same commit. {@code S1} is the
   * seed, and a commit is the kernel that it was made for with it.
   */
  public static ImmutableList<Patch> named(String name) {
    ImmutableList<Patch> exact = exactly(name);
    if (exact.isEmpty() && SEED.matcher(name).matches()) {
      return exactly("seed" + name.substring(2));
    }
    return exact.isEmpty() && COMMIT.matcher(name).matches() ? withCommit(name) : exact;
  }

  private static ImmutableList<Patch> exactly(String name) {
    return Patches.all().stream()
        .filter(patch -> patch.name().equals(name))
        .collect(ImmutableList.toImmutableList());
  }

  /** Those that add a commit: under its name if there are such, else those whose title has it. */
  private static ImmutableList<Patch> withCommit(String commit) {
    ImmutableList<Patch> adding =
        Patches.all().stream()
            .filter(patch -> patch.name().contains("-with-"))
            .filter(patch -> says(patch.name() + " " + patch.title(), commit))
            .collect(ImmutableList.toImmutableList());
    ImmutableList<Patch> byName =
        adding.stream()
            .filter(patch -> says(patch.name(), commit))
            .collect(ImmutableList.toImmutableList());
    return byName.isEmpty() ? adding : byName;
  }

  private static boolean says(String text, String commit) {
    return WORD.matcher(text)
        .results()
        .map(result -> result.group())
        .anyMatch(
            word ->
                COMMIT.matcher(word).matches()
                    && (word.startsWith(commit) || commit.startsWith(word)));
  }

  /** Whether a patch is the one that is known by its name. */
  public static boolean isKnown(Patch patch) {
    return exactly(patch.name()).stream().anyMatch(patch::isAlike);
  }
}
