package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.Bounds;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.Journal;
import org.cowcheck.journal.JournalContents;
import org.cowcheck.nightly.Change;
import org.cowcheck.nightly.Expected;
import org.cowcheck.nightly.ExplorerTask;
import org.cowcheck.nightly.Matrix;
import org.cowcheck.nightly.Night;
import org.cowcheck.nightly.Plan;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.Expectations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code cowcheck nightly}: everything, for hours, with a journal. */
@Command(
    name = "nightly",
    description = {
      "Checks scenario by patch by model by platform, and keeps a journal of it in a directory.",
      "Stopped at any moment and started again, it goes on: no finished cell is lost or repeated.",
      "At the end it says what differs from the record, and from the last run in the directory."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all as recorded, and as in the last run",
      "2:usage or bad input; the directory is in use, or cannot be written",
      "3:an Unknown, and nothing differs",
      "4:something differs, or failed"
    })
final class NightlyCommand implements Callable<Integer> {
  private static final Pattern SHARD = Pattern.compile("(\\d{1,4})/(\\d{1,4})");

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

  @Option(
      names = "--shard",
      paramLabel = "K/N",
      description = "Only the K-th of N parts, which are the same on every machine.")
  private String shard = "1/1";

  @Option(names = "--scenario", split = ",", paramLabel = "NAME", description = "Only these.")
  private List<String> scenarios = List.of();

  @Option(names = "--patch", split = ",", paramLabel = "NAME", description = "Only these.")
  private List<String> patches = List.of();

  @Option(names = "--model", split = ",", paramLabel = "NAME", description = "Only these.")
  private List<String> models = List.of();

  @Option(names = "--platform", split = ",", paramLabel = "NAME", description = "Only these.")
  private List<String> platforms = List.of();

  @Option(names = "--quiet", description = "Say nothing until the end.")
  private boolean quiet;

  @Override
  public Integer call() throws InterruptedException {
    if (jobs <= 0) {
      throw new BadInputException("--jobs must be at least 1, not " + jobs);
    }
    Plan.Shard part = shard();
    Expectations expectations = Expectations.read();
    ImmutableList<ExplorerTask> tasks = matrix().tasks(expectations);
    Plan plan = Plan.of(ImmutableList.copyOf(tasks), part);
    long end = System.nanoTime() + budget.toNanos();
    BooleanSupplier spent = () -> System.nanoTime() - end > 0;
    try (Interruption interruption = new Interruption();
        Journal journal = Journal.open(out)) {
      report(journal.before());
      NightProgress progress = new NightProgress(System.err, out, plan, quiet);
      Night.End night =
          new Night(journal, plan, part, spent, interruption::isRequested, progress).run(jobs);
      progress.end(interruption.isRequested() ? "stopped" : "ended");
      return result(night, plan, expectations, System.out);
    } catch (IOException e) {
      throw new BadInputException(
          e.getMessage() == null || !e.getMessage().startsWith(out.toString())
              ? out + ": expected a directory that can be written, found that it cannot: " + e
              : e.getMessage());
    }
  }

  private Matrix matrix() {
    return new Matrix(
        scenarios.isEmpty()
            ? Scenarios.all()
            : scenarios.stream().flatMap(name -> Names.scenarios(name).stream()).toList(),
        patches.isEmpty()
            ? Patches.all()
            : patches.stream().flatMap(name -> Names.patches(name).stream()).toList(),
        models.isEmpty()
            ? MemoryModels.all().stream().map(MemoryModel::name).toList()
            : models.stream().map(name -> Names.model(name).name()).toList(),
        platforms.isEmpty()
            ? List.of(Platform.values())
            : platforms.stream().map(Names::platform).toList(),
        new Bounds(Bounds.NONE.maxExecutions(), cellTimeout, Bounds.NONE.maxEvents()));
  }

  private Plan.Shard shard() {
    Matcher matcher = SHARD.matcher(shard);
    if (matcher.matches()) {
      int part = Integer.parseInt(matcher.group(1));
      int parts = Integer.parseInt(matcher.group(2));
      if (part >= 1 && part <= parts) {
        return new Plan.Shard(part, parts);
      }
    }
    throw new BadInputException("--shard must be K/N with K from 1 to N, not '" + shard + "'");
  }

  /** Says what of an earlier journal cannot be used. */
  private void report(JournalContents before) {
    before
        .damaged()
        .forEach(
            damage ->
                System.err.printf(
                    "cowcheck: %s:%d: left out, for %s%n",
                    out.resolve(Journal.FILE), damage.line(), damage.why()));
  }

  private int result(Night.End night, Plan plan, Expectations expectations, PrintStream print)
      throws IOException {
    JournalContents contents = JournalContents.read(out.resolve(Journal.FILE));
    ImmutableMap<Entry.Key, Entry.CellDone> now = contents.cells(night.run());
    ImmutableList<Change> fromRecord = Expected.differences(plan, now, expectations);
    ImmutableList<Change> fromLast =
        Change.between(contents.cells(night.run() - 1), now).stream()
            .filter(change -> change.kind() != Change.Kind.GONE)
            .collect(ImmutableList.toImmutableList());
    long unknown = now.values().stream().filter(done -> done.verdict().equals("Unknown")).count();
    print.printf(
        "Run %d: %,d of %,d cells, %,d failed, %,d Unknown, %,d left%n",
        night.run(), night.finished(), plan.tasks().size(), night.failed(), unknown, night.left());
    if (night.unwritten() > 0) {
      print.printf(
          "%,d cells were done and could not be written to %s; they are done again next time%n",
          night.unwritten(), out);
    }
    print("Not as recorded", fromRecord, print);
    if (night.run() > 1) {
      print("Otherwise than in run " + (night.run() - 1), fromLast, print);
    }
    if (!fromRecord.isEmpty()
        || !fromLast.isEmpty()
        || night.failed() > 0
        || night.unwritten() > 0) {
      return ExitCode.DIFFERS;
    }
    return unknown > 0 ? ExitCode.UNKNOWN : ExitCode.OK;
  }

  private static void print(String what, ImmutableList<Change> changes, PrintStream print) {
    print.printf("%s: %s%n", what, changes.isEmpty() ? "nothing" : changes.size());
    changes.forEach(change -> print.println("  " + change));
  }
}
