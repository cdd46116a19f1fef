package org.cowcheck.nightly;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.cowcheck.hardware.StressOptions;
import org.cowcheck.hardware.StressResult;
import org.cowcheck.hardware.StressSuite;
import org.cowcheck.hardware.StressTest;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.Journal;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.Cell;

/**
 * A test of the jcstress suite, for its share of what is left of the night.
 *
 * @param directory where jcstress leaves its files; made anew for each test
 */
public record StressTask(StressSuite suite, StressTest test, Path directory, Budget budget)
    implements Task {
  /** The name of the engine in a journal. */
  public static final String ENGINE = "jcstress";

  /** The verdict if nothing forbidden was seen. */
  public static final String PASSED = "passed";

  private static final Duration GRACE = Duration.ofMinutes(1);

  @Override
  public Entry.Key key() {
    return new Entry.Key(ENGINE, test.toString());
  }

  @Override
  public String reproduce() {
    return "cowcheck stress " + test.name();
  }

  /** What the explorer says of the kernel that the test runs, if it is no weak spot alone. */
  @Override
  public Optional<Cell> byExplorer() {
    return cell(test);
  }

  private static Optional<Cell> cell(StressTest test) {
    Accesses accesses =
        test.accesses().equals(Cell.name(Accesses.MARKED)) ? Accesses.MARKED : Accesses.AS_WRITTEN;
    return Scenarios.all().stream()
        .filter(scenario -> scenario.name().equals(test.scenario()))
        .findFirst()
        .flatMap(
            scenario ->
                Patches.all().stream()
                    .filter(patch -> patch.name().equals(test.patch()))
                    .findFirst()
                    .map(patch -> new Cell(scenario, patch, Platform.GENERIC, "lkmm", accesses)));
  }

  @Override
  public Entry.CellDone run(int run, BooleanSupplier over) throws Exception {
    Budget.Share share = budget.next();
    Path own = directory.resolve("run-" + run).resolve(test.name());
    clear(own);
    long start = System.nanoTime();
    StressResult result =
        suite
            .run(ImmutableList.of(test), share.options(), own, share.time().plus(GRACE), over)
            .get(0);
    result = heldAgainstExplorer(result, over);
    double seconds = (System.nanoTime() - start) / 1e9;
    if (result.configurations() == 0 && over.getAsBoolean()) {
      return entry(run, result, share.options(), seconds, "the night was over");
    }
    return entry(run, result, share.options(), seconds, "");
  }

  /** What was seen, and whether the explorer calls it possible. */
  public static StressResult heldAgainstExplorer(StressResult result, BooleanSupplier over) {
    return cell(result.test())
        .flatMap(cell -> PossibleEnds.of(cell, over))
        .map(possible -> result.heldAgainst(possible::has))
        .orElse(result);
  }

  /** Leaves out what an earlier process has left: jcstress would read it again. */
  private static void clear(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      try (var files = Files.newDirectoryStream(directory, "*.bin.gz")) {
        for (Path file : files) {
          Files.delete(file);
        }
      }
    }
  }

  /** What a test has shown, as a journal says it. */
  public static Entry.CellDone entry(
      int run, StressResult result, StressOptions options, double seconds, String stopped) {
    StressTest test = result.test();
    ImmutableList<StressResult.Observed> forbidden = result.forbidden();
    String verdict =
        !forbidden.isEmpty()
            ? "Sometimes"
            : result.problem().isEmpty() ? PASSED : Entry.CellDone.FAILED;
    return new Entry.CellDone(
        run,
        ENGINE,
        test.toString(),
        verdict,
        verdict.equals(PASSED),
        result.runs(),
        seconds,
        ImmutableList.of(),
        result.observed().stream()
            .map(one -> new Entry.Count(one.text(), one.times()))
            .collect(ImmutableList.toImmutableList()),
        forbidden.isEmpty() ? "" : forbidden.get(0).outcome(),
        stopped,
        result.problem(),
        "cowcheck stress " + test.name() + " " + options.text(),
        Journal.now(),
        null);
  }
}
