package org.cowcheck.verdict;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.Map;
import java.util.Optional;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;

/**
 * What patches are held against of which nothing is on record, such as those in files: a patch that
 * is alike, what they are edits of, and the kernel state.
 */
public final class Bases {
  /** For patches that are on record. */
  public static final Bases NONE = new Bases(ImmutableMap.of());

  private final ImmutableMap<Patch, ImmutableList<Patch>> bases;

  private Bases(ImmutableMap<Patch, ImmutableList<Patch>> bases) {
    this.bases = bases;
  }

  /**
   * Those of patches.
   *
   * @param bases what each is an edit of
   */
  public static Bases of(Map<Patch, Patch> bases) {
    ImmutableMap.Builder<Patch, ImmutableList<Patch>> all = ImmutableMap.builder();
    bases.forEach((patch, base) -> all.put(patch, chain(patch, base)));
    return new Bases(all.buildOrThrow());
  }

  private static ImmutableList<Patch> chain(Patch patch, Patch base) {
    ImmutableSet.Builder<Patch> chain = ImmutableSet.builder();
    Patches.all().stream()
        .filter(known -> known.isAlike(patch) && !known.name().equals(patch.name()))
        .forEach(chain::add);
    chain.add(base);
    Patches.states().stream().filter(state -> state.base() == patch.base()).forEach(chain::add);
    return chain.build().asList();
  }

  /** Whether a patch is held against others. */
  public boolean has(Patch patch) {
    return bases.containsKey(patch);
  }

  /** What is on record of the nearest of them. */
  public Optional<Base> of(Cell cell, Expectations expectations) {
    for (Patch base : bases.getOrDefault(cell.patch(), ImmutableList.of())) {
      Cell same = new Cell(cell.scenario(), base, cell.platform(), cell.model(), cell.accesses());
      Optional<String> summary = expectations.summary(same);
      if (summary.isPresent()) {
        return Optional.of(new Base(base, summary.get()));
      }
    }
    return Optional.empty();
  }

  /**
   * What is on record of a patch in a cell.
   *
   * @param summary as {@link Outcome#summary}
   */
  public record Base(Patch patch, String summary) {}
}
