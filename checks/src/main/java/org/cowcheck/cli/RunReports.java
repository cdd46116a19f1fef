package org.cowcheck.cli;

import com.google.common.base.Strings;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.JournalContents;
import org.cowcheck.nightly.Change;
import org.cowcheck.nightly.Expected;
import org.cowcheck.nightly.ExplorerTask;
import org.cowcheck.nightly.Plan;
import org.cowcheck.nightly.Task;
import org.cowcheck.report.RunReport;
import org.cowcheck.report.WitnessFile;
import org.cowcheck.report.WitnessGraph;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Witness;

/** Makes reports of runs: holds them against the record, and replays their witnesses. */
final class RunReports {
  /** So many runs before are shown at most. */
  private static final int PAST = 60;

  private final Path file;
  private final JournalContents contents;
  private final Expectations expectations;
  private final int threads;
  private final ProgressLine progress;

  RunReports(
      Path file,
      JournalContents contents,
      Expectations expectations,
      int threads,
      ProgressLine progress) {
    this.file = file;
    this.contents = contents;
    this.expectations = expectations;
    this.threads = threads;
    this.progress = progress;
  }

  /**
   * The report of a run.
   *
   * @param shown which cells it is about
   * @param replayed whether witnesses are replayed
   */
  RunReport report(int run, Predicate<Entry.CellDone> shown, boolean replayed)
      throws InterruptedException {
    ImmutableList<Entry.RunBegun> runs =
        runs(contents).stream()
            .filter(begun -> begun.run() <= run && begun.run() > run - PAST)
            .collect(ImmutableList.toImmutableList());
    Map<Integer, ImmutableMap<Entry.Key, Entry.CellDone>> cells = new LinkedHashMap<>();
    runs.forEach(begun -> cells.put(begun.run(), contents.cells(begun.run())));
    ImmutableList<Entry.CellDone> now =
        cells.get(run).values().stream()
            .filter(shown)
            .sorted(
                Comparator.comparing((Entry.CellDone done) -> group(done))
                    .thenComparing(Entry.CellDone::engine)
                    .thenComparing(Entry.CellDone::cell))
            .collect(ImmutableList.toImmutableList());
    ImmutableSet<Entry.Key> keys =
        now.stream().map(Entry.CellDone::key).collect(ImmutableSet.toImmutableSet());
    Map<Entry.Key, Cell> catalogue = catalogue(now);
    Map<Entry.CellDone, Replayed> replays = replayed ? replays(now) : Map.of();
    Map<WitnessGraph, Integer> graphs = new LinkedHashMap<>();
    ImmutableList.Builder<RunReport.Result> results = ImmutableList.builder();
    for (Entry.CellDone done : now) {
      Replayed replay = replays.get(done);
      Integer graph = null;
      if (replay != null && replay.graph() != null) {
        graph = graphs.computeIfAbsent(replay.graph(), added -> graphs.size());
      }
      results.add(
          result(
              done,
              Optional.ofNullable(catalogue.get(done.key())),
              past(done, run, cells),
              graph,
              replay == null ? null : replay.problem()));
    }
    return new RunReport(
        RunReport.FORMAT,
        RunReport.VERSION,
        file.toString(),
        run(runs.get(runs.size() - 1), cells.get(run)),
        changes(cells.get(run), cells.get(run - 1), catalogue, keys),
        runs.stream()
            .map(begun -> run(begun, cells.get(begun.run())))
            .collect(ImmutableList.toImmutableList()),
        contents.damaged().stream()
            .map(damage -> new RunReport.Damage(damage.line(), damage.why()))
            .collect(ImmutableList.toImmutableList()),
        results.build(),
        ImmutableList.copyOf(graphs.keySet()));
  }

  /** The runs of a journal, in order; of one whose beginning is damaged, what its cells say. */
  static ImmutableList<Entry.RunBegun> runs(JournalContents contents) {
    Map<Integer, Entry.RunBegun> runs = new TreeMap<>();
    contents.runs().forEach(begun -> runs.put(begun.run(), begun));
    for (Entry entry : contents.entries()) {
      if (entry instanceof Entry.CellDone done && !runs.containsKey(done.run())) {
        runs.put(
            done.run(),
            new Entry.RunBegun(
                done.run(),
                done.ended(),
                "a machine that is not known",
                "a Java that is not known",
                "",
                contents.cells(done.run()).size(),
                "1/1"));
      }
    }
    return ImmutableList.copyOf(runs.values());
  }

  /** The scenario, or what the cells of other engines name first. */
  private static String group(Entry.CellDone done) {
    int space = done.cell().indexOf(' ');
    return space < 0 ? done.cell() : done.cell().substring(0, space);
  }

  private RunReport.Run run(Entry.RunBegun begun, ImmutableMap<Entry.Key, Entry.CellDone> cells) {
    return new RunReport.Run(
        begun.run(),
        begun.started(),
        contents.entries().stream()
            .filter(entry -> entry instanceof Entry.RunEnded end && end.run() == begun.run())
            .map(entry -> ((Entry.RunEnded) entry).ended())
            .findFirst()
            .orElse(null),
        begun.machine(),
        begun.java(),
        begun.shard(),
        begun.cells(),
        cells.size(),
        count(cells, "Never"),
        count(cells, "Sometimes"),
        count(cells, "Unknown"),
        count(cells, Entry.CellDone.FAILED),
        cells.values().stream().mapToDouble(Entry.CellDone::seconds).sum());
  }

  private static long count(ImmutableMap<Entry.Key, Entry.CellDone> cells, String verdict) {
    return cells.values().stream().filter(done -> done.verdict().equals(verdict)).count();
  }

  /** The cells of the catalogue; a name that it has no more is left out. */
  private static Map<Entry.Key, Cell> catalogue(List<Entry.CellDone> cells) {
    Map<Entry.Key, Cell> catalogue = new HashMap<>();
    for (Entry.CellDone done : cells) {
      CellName.of(done).cell(group(done)).ifPresent(cell -> catalogue.put(done.key(), cell));
    }
    return catalogue;
  }

  private ImmutableList<RunReport.Change> changes(
      ImmutableMap<Entry.Key, Entry.CellDone> now,
      ImmutableMap<Entry.Key, Entry.CellDone> before,
      Map<Entry.Key, Cell> catalogue,
      ImmutableSet<Entry.Key> shown) {
    ImmutableList<Task> tasks =
        catalogue.values().stream()
            .map(cell -> new ExplorerTask(cell, Bounds.NONE))
            .collect(ImmutableList.toImmutableList());
    ImmutableList.Builder<RunReport.Change> changes = ImmutableList.builder();
    Expected.differences(new Plan(tasks), now, expectations).stream()
        .sorted(Comparator.comparing(change -> change.cell().cell()))
        .forEach(change -> changes.add(change(RunReport.RECORD, change)));
    if (before != null) {
      Change.between(before, now).stream()
          .filter(change -> shown.contains(change.cell()))
          .sorted(
              Comparator.comparing((Change change) -> change.kind())
                  .thenComparing(change -> change.cell().cell()))
          .forEach(change -> changes.add(change(RunReport.LAST_RUN, change)));
    }
    return changes.build();
  }

  private static RunReport.Change change(String since, Change change) {
    return new RunReport.Change(
        since,
        change.kind().words(),
        change.cell().engine(),
        change.cell().cell(),
        change.before(),
        change.after());
  }

  /** Runs one after another in which it was the same are one. */
  private static ImmutableList<RunReport.Past> past(
      Entry.CellDone done, int run, Map<Integer, ImmutableMap<Entry.Key, Entry.CellDone>> cells) {
    List<RunReport.Past> past = new ArrayList<>();
    cells.forEach(
        (number, then) -> {
          Entry.CellDone before = then.get(done.key());
          if (number < run && before != null) {
            int first = number;
            if (!past.isEmpty() && isSame(past.get(past.size() - 1), before)) {
              first = past.remove(past.size() - 1).first();
            }
            past.add(new RunReport.Past(first, number, before.verdict(), before.executions()));
          }
        });
    return ImmutableList.copyOf(past);
  }

  private static boolean isSame(RunReport.Past past, Entry.CellDone done) {
    return past.verdict().equals(done.verdict()) && past.executions() == done.executions();
  }

  private RunReport.Result result(
      Entry.CellDone done,
      Optional<Cell> cell,
      ImmutableList<RunReport.Past> past,
      Integer graph,
      String problem) {
    CellName name = CellName.of(done);
    return new RunReport.Result(
        done.engine(),
        done.cell(),
        group(done),
        name.patch(),
        name.model(),
        name.platform(),
        name.accesses(),
        done.verdict(),
        done.clean(),
        done.executions(),
        done.seconds(),
        done.races(),
        done.outcomes().stream()
            .map(count -> new RunReport.Count(count.outcome(), count.times()))
            .toList(),
        cell.flatMap(expectations::summary).orElse(null),
        Strings.emptyToNull(done.broken()),
        Strings.emptyToNull(done.stopped()),
        Strings.emptyToNull(done.message()),
        done.reproduce(),
        done.ended(),
        past,
        done.witness(),
        graph,
        problem);
  }

  /** The parts of a cell's name, as {@link Cell#toString} has them; null in other engines. */
  private record CellName(String patch, String model, String platform, String accesses) {
    private static final CellName NONE = new CellName(null, null, null, null);
    private static final Pattern FORM = Pattern.compile("\\S+ (\\S+) (\\S+) x (\\S+) (\\S+)");

    static CellName of(Entry.CellDone done) {
      Matcher name = FORM.matcher(done.cell());
      return done.engine().equals(ExplorerTask.ENGINE) && name.matches()
          ? new CellName(name.group(1), name.group(2), name.group(3), name.group(4))
          : NONE;
    }

    /** The cell, if the catalogue has it. */
    Optional<Cell> cell(String scenario) {
      if (patch == null) {
        return Optional.empty();
      }
      try {
        return Optional.of(
            new Cell(
                Names.scenario(scenario),
                Names.knownPatch(patch),
                Names.platform(platform),
                Names.model(model).name(),
                Names.accesses(accesses)));
      } catch (BadInputException e) {
        return Optional.empty(); // it was in the catalogue when the journal was written
      }
    }
  }

  /** A witness that was replayed: its graph, or why there is none. */
  private record Replayed(WitnessGraph graph, String problem) {}

  private Map<Entry.CellDone, Replayed> replays(List<Entry.CellDone> cells)
      throws InterruptedException {
    List<Entry.CellDone> witnessed = new ArrayList<>();
    for (Entry.CellDone done : cells) {
      if (done.witness() != null && done.engine().equals(ExplorerTask.ENGINE)) {
        witnessed.add(done);
      }
    }
    AtomicInteger replayed = new AtomicInteger();
    try {
      List<Replayed> graphs =
          SideBySide.run(
              witnessed,
              threads,
              (done, inside) -> {
                if (progress.isShown()) {
                  progress.show(replayed.incrementAndGet(), witnessed.size(), done.cell());
                }
                return replay(file, done.witness());
              });
      Map<Entry.CellDone, Replayed> replays = new HashMap<>();
      for (int i = 0; i < graphs.size(); i++) {
        replays.put(witnessed.get(i), graphs.get(i));
      }
      return replays;
    } finally {
      progress.clear();
    }
  }

  /** Whatever is wrong with a witness of another time, the report says so and goes on. */
  private static Replayed replay(Path file, JsonObject json) {
    try {
      WitnessFile recorded = new Gson().fromJson(json, WitnessFile.class);
      Cell cell = ReplayCommand.cell(file, recorded);
      Witness witness =
          new ScenarioCheck(cell, Names.model(cell.model())).replay(recorded.recording());
      return witness.broken().isEmpty()
          ? new Replayed(null, "its execution breaks nothing any more")
          : new Replayed(WitnessGraph.of(witness), null);
    } catch (RuntimeException e) {
      return new Replayed(null, String.valueOf(e.getMessage()));
    }
  }
}
