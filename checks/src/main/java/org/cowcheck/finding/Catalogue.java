package org.cowcheck.finding;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.cowcheck.explore.Bounds;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Verdict;

/**
 * The causes of what goes wrong in the catalogue, under a patch: found by exploring its scenarios,
 * those that list the patch or the kernel state that it starts from. A cell that is on record as
 * Never is not explored. What was found once is kept in a file.
 */
final class Catalogue {
  private final ImmutableList<Scenario> scenarios;
  private final Expectations expectations = Expectations.read();
  private final Bounds bounds;
  private final Pool pool;
  private final BooleanSupplier cancelled;
  private final Optional<Path> path;
  private final CauseFile file;

  /**
   * A catalogue.
   *
   * @param path the file that keeps what was found; none if it is not to be kept
   */
  Catalogue(
      ImmutableList<Scenario> scenarios,
      Bounds bounds,
      Pool pool,
      BooleanSupplier cancelled,
      Optional<Path> path) {
    this.scenarios = scenarios;
    this.bounds = bounds;
    this.pool = pool;
    this.cancelled = cancelled;
    this.path = path;
    this.file = path.map(CauseFile::read).orElseGet(CauseFile::empty);
  }

  private static boolean bearsOn(Scenario scenario, Patch patch) {
    ImmutableSet<Patch> states =
        Patches.states().stream()
            .filter(state -> state.base() == patch.base())
            .collect(ImmutableSet.toImmutableSet());
    return scenario.patches().stream()
        .anyMatch(listed -> listed.equals(patch) || states.contains(listed));
  }

  /**
   * The causes under a patch, in a context: under a weak memory model, of what no interleaving
   * does.
   */
  ImmutableList<KnownCause> causes(Patch patch, String model, Platform platform, Accesses accesses)
      throws InterruptedException, IOException {
    List<Cell> cells = new ArrayList<>();
    for (Scenario scenario : scenarios) {
      Cell cell = new Cell(scenario, patch, platform, model, accesses);
      if (bearsOn(scenario, patch)
          && expectations.verdict(cell).filter(known -> known == Verdict.NEVER).isEmpty()) {
        cells.add(cell);
      }
    }
    List<Cell> open = cells.stream().filter(cell -> !file.cells().containsKey(key(cell))).toList();
    ImmutableList<ImmutableList<CauseFile.Entry>> found = pool.each(open, this::causes);
    for (int i = 0; i < open.size() && !cancelled.getAsBoolean(); i++) {
      file.cells().put(key(open.get(i)), found.get(i));
    }
    if (path.isPresent() && !open.isEmpty()) {
      file.write(path.get());
    }
    return cells.stream()
        .flatMap(
            cell ->
                file.cells().getOrDefault(key(cell), List.of()).stream()
                    .map(entry -> new KnownCause(cell.scenario(), entry.cause())))
        .sorted(Comparator.comparingInt(KnownCause::rank))
        .collect(toImmutableList());
  }

  private String key(Cell cell) {
    return "%s %s, %d executions".formatted(cell, cell.patch().edits(), bounds.maxExecutions());
  }

  private ImmutableList<CauseFile.Entry> causes(Cell cell) {
    return Examination.of(cell, bounds, cancelled, !cell.model().equals("sc"), Optional.empty())
        .stream()
        .map(Examination.Examined::cause)
        .map(CauseFile.Entry::of)
        .collect(toImmutableList());
  }
}
