package org.cowcheck.nightly;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.Journal;
import org.cowcheck.linear.MadeUp;
import org.cowcheck.patch.Patch;
import org.cowcheck.process.ChildProcess;
import org.cowcheck.process.Processors;
import org.cowcheck.scenario.Origin;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.verdict.Cell;

/**
 * A cell of Lincheck, in a process of its own: Lincheck changes the classes of the process that it
 * runs in, and cannot be stopped.
 *
 * <p>Each run goes farther than the one before. Lincheck has no seed: it begins with the same
 * interleavings, and of made-up scenarios with the same ones. So a run has more interleavings than
 * the last, and begins with the first made-up scenario that no run has had.
 */
public final class LincheckTask implements Task {
  private static final int INVOCATIONS = 200;
  private static final int MOST_INVOCATIONS = 20_000;
  private static final int SCENARIOS = 20;
  private static final int INVOCATIONS_OF_MADE_UP = 50;
  private static final int OPERATIONS = 2;
  private static final int MOST_OPERATIONS = 4;

  /** Kernel states in which made-up scenarios go well. */
  private static final ImmutableSet<String> SMALL_PAGE = ImmutableSet.of("seed", "S2", "S3");

  private static final ImmutableSet<String> HUGE_PAGE = ImmutableSet.of("S2", "S3");

  private final IntFunction<LincheckCell> ofRun;
  private final Launcher launcher;

  private LincheckTask(IntFunction<LincheckCell> ofRun, Launcher launcher) {
    this.ofRun = ofRun;
    this.launcher = launcher;
  }

  /**
   * How a cell is run.
   *
   * @param command what begins a command line of cowcheck
   * @param directory for the files of the processes
   * @param timeout of one cell
   */
  public record Launcher(
      List<String> command, Path directory, Duration timeout, Processors processors) {}

  /** Scenarios of the catalogue: v6.1, and the patches of the race. */
  public static ImmutableList<LincheckTask> ofCatalogue(
      List<Scenario> scenarios, List<Patch> patches, Launcher launcher) {
    ImmutableList.Builder<LincheckTask> tasks = ImmutableList.builder();
    for (Scenario scenario : scenarios) {
      for (Patch patch : scenario.patches()) {
        if (patches.contains(patch) && isToBeRun(scenario, patch)) {
          tasks.add(
              new LincheckTask(
                  run -> new LincheckCell.OfCatalogue(scenario, patch, invocations(run)),
                  launcher));
        }
      }
    }
    return tasks.build();
  }

  private static boolean isToBeRun(Scenario scenario, Patch patch) {
    return patch.name().equals("S3")
        || (scenario.origin() instanceof Origin.Race race
            && (race.before().contains(patch.name()) || race.after().contains(patch.name())));
  }

  /** Scenarios that Lincheck makes up. */
  public static ImmutableList<LincheckTask> ofMadeUp(
      List<MadeUp> madeUp, List<Patch> patches, Launcher launcher) {
    ImmutableList.Builder<LincheckTask> tasks = ImmutableList.builder();
    for (MadeUp what : madeUp) {
      ImmutableSet<String> states = what == MadeUp.SMALL_PAGE ? SMALL_PAGE : HUGE_PAGE;
      for (Patch patch : patches) {
        if (states.contains(patch.name())) {
          tasks.add(
              new LincheckTask(run -> new LincheckCell.OfMadeUp(what, patch, size(run)), launcher));
        }
      }
    }
    return tasks.build();
  }

  private static int invocations(int run) {
    return (int) Math.min((long) INVOCATIONS * run, MOST_INVOCATIONS);
  }

  /** Two operations in the first run, three in the second, and so on; two again after the most. */
  private static MadeUp.Size size(int run) {
    return new MadeUp.Size(
        SCENARIOS * (run - 1),
        SCENARIOS,
        OPERATIONS + (run - 1) % (MOST_OPERATIONS - OPERATIONS + 1),
        INVOCATIONS_OF_MADE_UP);
  }

  @Override
  public Entry.Key key() {
    return new Entry.Key(LincheckCell.ENGINE, ofRun.apply(1).name());
  }

  /** As in a first run. */
  @Override
  public String reproduce() {
    return ofRun.apply(1).reproduce();
  }

  @Override
  public Optional<Cell> byExplorer() {
    return ofRun.apply(1).byExplorer();
  }

  @Override
  public Entry.CellDone run(int run, BooleanSupplier over) throws Exception {
    LincheckCell cell = ofRun.apply(run);
    Files.createDirectories(launcher.directory());
    long start = System.nanoTime();
    ChildProcess.End end =
        launcher
            .processors()
            .lend(
                beginning ->
                    ChildProcess.run(
                        ImmutableList.<String>builder()
                            .addAll(beginning)
                            .addAll(launcher.command())
                            .add("lincheck")
                            .addAll(cell.arguments())
                            .add("--format", "json")
                            .build(),
                        launcher.directory(),
                        cell.name().replace(' ', '_'),
                        launcher.timeout(),
                        over));
    double seconds = (System.nanoTime() - start) / 1e9;
    if (end.killed()) {
      return stopped(run, cell, seconds);
    }
    return read(run, end);
  }

  private Entry.CellDone read(int run, ChildProcess.End end) throws IOException {
    try {
      JsonArray results =
          JsonParser.parseString(end.out()).getAsJsonObject().getAsJsonArray("results");
      return new Gson().fromJson(results.get(0), Entry.CellDone.class).inRun(run);
    } catch (JsonParseException | IllegalStateException | NullPointerException e) {
      throw new IOException(
          "Lincheck's process ended with exit code %d and no answer: %s (%s)"
              .formatted(end.exit(), end.lastWords(), end.log()),
          e);
    }
  }

  private Entry.CellDone stopped(int run, LincheckCell cell, double seconds) {
    return new Entry.CellDone(
        run,
        LincheckCell.ENGINE,
        cell.name(),
        "Unknown",
        false,
        0,
        seconds,
        ImmutableList.of(),
        ImmutableList.of(),
        "",
        "stopped after " + Math.round(seconds) + " s",
        "",
        cell.reproduce(),
        Journal.now(),
        null);
  }
}
