package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.explore.Bounds;
import org.cowcheck.hardware.StressSuite;
import org.cowcheck.hardware.StressTest;
import org.cowcheck.journal.Journal;
import org.cowcheck.journal.JournalContents;
import org.cowcheck.linear.MadeUp;
import org.cowcheck.nightly.Budget;
import org.cowcheck.nightly.ExplorerTask;
import org.cowcheck.nightly.LincheckCell;
import org.cowcheck.nightly.LincheckTask;
import org.cowcheck.nightly.Matrix;
import org.cowcheck.nightly.Night;
import org.cowcheck.nightly.Plan;
import org.cowcheck.nightly.StressTask;
import org.cowcheck.nightly.Task;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.process.Processors;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.Expectations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code cowcheck nightly}: everything, for hours, with a journal. */
@Command(
    name = "nightly",
    description = {
      "Checks scenario by patch by model by platform in the explorer, then scenarios in Lincheck,"
          + " each run farther than the last, then the jcstress suite for what is left of the"
          + " budget, and keeps a journal of it in a directory. The explorer takes half of the budget"
          + " at most, Lincheck half of the rest; what is left undone comes first in the next run.",
      "Stopped at any moment and started again, it goes on: no finished cell is lost or repeated.",
      "At the end it says what differs from the record, where engines disagree, and what differs from"
          + " the last run in the directory."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all as recorded, and as in the last run",
      "2:usage or bad input; the directory is in use, or cannot be written",
      "3:an Unknown, and nothing differs",
      "4:something differs, or failed"
    })
final class NightlyCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Where the journal is; made if it is not there.")
  private Path out;

  @Option(
      names = "--budget",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "End after this time: 30m, 8h. Default: 8h.")
  private Duration budget = Duration.ofHours(8);

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description = "So many cells at a time. Default: one per processor.")
  private int jobs = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--cell-timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Stop a cell after this time: Unknown. Default: 10m.")
  private Duration cellTimeout = Duration.ofMinutes(10);

  @Mixin private ShardOption shard = new ShardOption();

  @Option(names = "--scenario", split = ",", paramLabel = "NAME", description = "Only these.")
  private List<String> scenarios = List.of();

  @Option(names = "--patch", split = ",", paramLabel = "NAME", description = "Only these.")
  private List<String> patches = List.of();

  @Mixin private ModelOptions models = new ModelOptions();

  @Option(
      names = "--engines",
      split = ",",
      paramLabel = "NAME",
      description =
          "explorer, lincheck, jcstress; they come in this order. Default: all that are available;"
              + " with --model or --platform the explorer.")
  private List<String> engines = List.of();

  @Option(
      names = "--jar",
      paramLabel = "FILE",
      description = "The jcstress suite. Default: jcstress.jar beside cowcheck, or as built.")
  private Path jar;

  @Option(names = "--quiet", description = "Say nothing until the end.")
  private boolean quiet;

  /** A moment, as {@link System#nanoTime} has it, at which a night or an engine is to end. */
  private record Deadline(long at) implements Night.Time {
    @Override
    public boolean isSpent() {
      return left() == 0;
    }

    @Override
    public Deadline half() {
      return new Deadline(at - left() / 2);
    }

    long left() {
      return Math.max(0, at - System.nanoTime());
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    if (jobs <= 0) {
      throw new BadInputException("--jobs must be at least 1, not " + jobs);
    }
    Plan.Shard part = shard.shard();
    Expectations expectations = Expectations.read();
    long start = System.nanoTime();
    Deadline end = new Deadline(start + budget.toNanos());
    try (Interruption interruption = new Interruption();
        Journal journal = Journal.open(out)) {
      Journals.complain(out.resolve(Journal.FILE), journal.before());
      Plan plan = Plan.of(tasks(expectations, part, end), part);
      NightProgress progress = new NightProgress(System.err, out, plan, budget, quiet);
      Night.End night =
          new Night(journal, plan, part, end, interruption::isRequested, progress).run(jobs);
      progress.end(interruption.isRequested() ? "stopped" : "ended");
      NightSummary summary =
          new NightSummary(
              night, plan, out, JournalContents.read(out.resolve(Journal.FILE)), expectations);
      summary.print(Duration.ofNanos(System.nanoTime() - start), System.out);
      return summary.exitCode();
    } catch (IOException e) {
      throw Journals.unwritable(out, e);
    }
  }

  private ImmutableList<Task> tasks(Expectations expectations, Plan.Shard part, Deadline end)
      throws IOException, InterruptedException {
    NightEngines chosen = new NightEngines(engines, models.areChosen());
    ImmutableList.Builder<Task> tasks = ImmutableList.builder();
    if (chosen.has(ExplorerTask.ENGINE)) {
      tasks.addAll(matrix().tasks(expectations));
    }
    if (chosen.has(LincheckCell.ENGINE)) {
      LincheckTask.Launcher launcher =
          new LincheckTask.Launcher(
              Launch.command(), out.resolve("lincheck"), cellTimeout, new Processors());
      tasks.addAll(LincheckTask.ofCatalogue(catalogue(), chosenPatches(), launcher));
      if (scenarios.isEmpty()) {
        tasks.addAll(LincheckTask.ofMadeUp(List.of(MadeUp.values()), chosenPatches(), launcher));
      }
    }
    if (chosen.has(StressTask.ENGINE)) {
      tasks.addAll(stress(chosen, part, end));
    }
    ImmutableList<Task> all = tasks.build();
    if (all.isEmpty()) {
      throw new BadInputException(
          "expected a cell to do, found none: no engine has one of these scenarios and patches");
    }
    return all;
  }

  private List<StressTask> stress(NightEngines chosen, Plan.Shard part, Deadline end)
      throws IOException, InterruptedException {
    Path directory = out.toAbsolutePath().resolve("jcstress");
    Optional<StressSuite> suite = chosen.suite(jar);
    if (suite.isEmpty()) {
      return List.of();
    }
    List<String> names = catalogue().stream().map(Scenario::name).toList();
    List<String> patchNames = chosenPatches().stream().map(Patch::name).toList();
    List<StressTest> tests =
        chosen.tests(suite.orElseThrow(), directory).stream()
            .filter(test -> scenarios.isEmpty() || names.contains(test.scenario()))
            .filter(test -> patches.isEmpty() || patchNames.contains(test.patch()))
            .toList();
    Budget share =
        new Budget(
            () -> Duration.ofNanos(end.left()).toSeconds(),
            Math.max(1, tests.size() / part.parts()));
    return tests.stream()
        .map(test -> new StressTask(suite.orElseThrow(), test, directory, share))
        .toList();
  }

  private List<Scenario> catalogue() {
    return scenarios.isEmpty()
        ? Scenarios.all()
        : scenarios.stream().flatMap(name -> Names.scenarios(name).stream()).distinct().toList();
  }

  private List<Patch> chosenPatches() {
    return patches.isEmpty()
        ? Patches.all()
        : patches.stream().flatMap(name -> Names.patches(name).stream()).distinct().toList();
  }

  private Matrix matrix() {
    return new Matrix(
        catalogue(),
        chosenPatches(),
        models.models().stream().map(MemoryModel::name).toList(),
        models.platforms().isEmpty() ? List.of(Platform.values()) : models.platforms(),
        new Bounds(Bounds.NONE.maxExecutions(), cellTimeout, Bounds.NONE.maxEvents()));
  }
}
