package org.cowcheck.report;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.Multimaps;
import com.google.gson.JsonObject;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * One run of a journal, held against the record and the run before it: what every format of {@code
 * cowcheck report} is made of. It is also the object that the JSON format prints; {@code
 * report.schema.json} beside this class describes it, and its version changes with the fields.
 *
 * @param journal the file that was read
 * @param changes what is not as recorded, then what is otherwise than in the run before
 * @param history the runs of the journal up to this one, the latest 60 at most
 * @param damaged the lines of the journal that could not be used
 * @param cells those that are finished, by scenario and engine
 * @param graphs the executions that witnesses replayed to, each once
 */
public record RunReport(
    String format,
    int version,
    String journal,
    Run run,
    ImmutableList<Change> changes,
    ImmutableList<Run> history,
    ImmutableList<Damage> damaged,
    ImmutableList<Result> cells,
    ImmutableList<WitnessGraph> graphs) {
  /** The value of {@link #format}. */
  public static final String FORMAT = "cowcheck report";

  /** The value of {@link #version}. */
  public static final int VERSION = 1;

  /** The value of {@link Change#since} for what is not as recorded. */
  public static final String RECORD = "record";

  /** The value of {@link Change#since} for what is otherwise than in the run before. */
  public static final String LAST_RUN = "last run";

  /** The engine whose answers are on record. */
  public static final String EXPLORER = "explorer";

  static final String NEVER = "Never";
  static final String SOMETIMES = "Sometimes";
  static final String UNKNOWN = "Unknown";
  static final String FAILED = "failed";

  /**
   * A run.
   *
   * @param ended null if it has not ended
   * @param planned how many cells were to be done
   */
  public record Run(
      int run,
      String started,
      String ended,
      String machine,
      String java,
      String shard,
      int planned,
      int done,
      long never,
      long sometimes,
      long unknown,
      long failed,
      double seconds) {}

  /** Something that is otherwise. */
  public record Change(
      String since, String kind, String engine, String cell, String before, String after) {
    /** In one line. */
    String text() {
      return "%s: %s: %s, %s %s".formatted(kind, cell, after, before, where());
    }

    private String where() {
      return since.equals(RECORD) ? "on record" : "in the run before";
    }
  }

  /** A line of the journal that could not be used. */
  public record Damage(int line, String why) {}

  /** What was observed, and how often. */
  public record Count(String outcome, long times) {}

  /** What a cell was in other runs: the first and the last of those that say the same. */
  public record Past(int first, int last, String verdict, long executions) {}

  /**
   * A finished cell. Fields of the catalogue are null in cells of other engines than the explorer.
   *
   * @param group the scenario, or what other engines name first
   * @param recorded the verdict on record, or null
   * @param history what it was in the runs before, the latest last
   * @param witness what replays the violation, or null
   * @param graph the place of its execution in {@link RunReport#graphs}, or null
   * @param notReplayed why the witness gives no execution any more, or null
   */
  public record Result(
      String engine,
      String cell,
      String group,
      String patch,
      String model,
      String platform,
      String accesses,
      String verdict,
      boolean clean,
      long executions,
      double seconds,
      List<String> races,
      List<Count> outcomes,
      String recorded,
      String broken,
      String stopped,
      String message,
      String reproduce,
      String ended,
      List<Past> history,
      JsonObject witness,
      Integer graph,
      String notReplayed) {

    /** The verdict, and whether there are data races beside. */
    String summary() {
      return races.isEmpty() ? verdict : verdict + " (data race)";
    }

    /** What names the cell among those of its scenario. */
    String name() {
      String rest = cell.startsWith(group + " ") ? cell.substring(group.length() + 1) : cell;
      return engine.equals(EXPLORER) ? rest : engine + " " + rest;
    }

    /**
     * Whether it is as it should be: answered, and nothing changed; and a pass, if its engine has
     * no answers on record.
     *
     * @param changes those of this cell
     */
    boolean isAsExpected(Collection<Change> changes) {
      return !is(FAILED) && changes.isEmpty() && (engine.equals(EXPLORER) || clean || is(UNKNOWN));
    }

    boolean is(String other) {
      return verdict.equals(other);
    }
  }

  /** The changes of each cell, by {@link #key}. */
  ImmutableListMultimap<String, Change> changesByCell() {
    return Multimaps.index(changes, change -> change.engine() + " " + change.cell());
  }

  /** The key of a cell in {@link #changesByCell}. */
  static String key(Result result) {
    return result.engine() + " " + result.cell();
  }

  /** The cells of each scenario, in order. */
  ImmutableListMultimap<String, Result> byGroup() {
    return Multimaps.index(cells, Result::group);
  }

  /** The execution of a cell. */
  Optional<WitnessGraph> graph(Result result) {
    return result.graph() == null ? Optional.empty() : Optional.of(graphs.get(result.graph()));
  }
}
