package org.cowcheck.journal;

import com.google.gson.JsonObject;
import java.util.List;

/** One line of a journal. Instants are in UTC, as ISO 8601 has them; durations in seconds. */
public sealed interface Entry {

  /** A line of the beginning: which format this is. */
  record Head(String format, int version, String created) implements Entry {
    /** The format of journals. */
    public static final String FORMAT = "cowcheck journal";

    /** The version that is written and read. */
    public static final int VERSION = 1;
  }

  /**
   * A run begins.
   *
   * @param run its number in this journal, from 1
   * @param machine name, processors and operating system
   * @param java the Java that runs the engines
   * @param plan a digest of the cells that were to be done and of their bounds
   * @param cells how many cells were to be done
   * @param shard such as {@code 1/1}
   */
  record RunBegun(
      int run, String started, String machine, String java, String plan, int cells, String shard)
      implements Entry {}

  /** A run that had not ended goes on. */
  record RunResumed(int run, String started) implements Entry {}

  /**
   * A cell is finished.
   *
   * @param engine explorer, lincheck or jcstress
   * @param cell what names it among those of its engine
   * @param verdict Never, Sometimes or Unknown; passed, of engines that sample; cannot run; failed
   *     if the engine did not answer
   * @param clean whether the answer is Never without a data race, or no surprise of an engine that
   *     samples
   * @param executions that were explored, or runs that were observed
   * @param races of data, in words
   * @param outcomes what was observed, each with how often, of engines that sample
   * @param broken what the witness breaks, or the empty string
   * @param stopped the bound that was reached, or the empty string
   * @param message why it failed or cannot run, or what else is to be said; or the empty string
   * @param reproduce the command line that does it alone
   * @param witness what replays the violation, or null; of Lincheck an object with its trace
   */
  record CellDone(
      int run,
      String engine,
      String cell,
      String verdict,
      boolean clean,
      long executions,
      double seconds,
      List<String> races,
      List<Count> outcomes,
      String broken,
      String stopped,
      String message,
      String reproduce,
      String ended,
      JsonObject witness)
      implements Entry {
    /** The verdict of a cell that its engine did not answer. */
    public static final String FAILED = "failed";

    /** A cell whose engine ended in an exception. */
    public static CellDone failed(
        int run, Key key, double seconds, String reproduce, Throwable why) {
      return new CellDone(
          run,
          key.engine(),
          key.cell(),
          FAILED,
          false,
          0,
          seconds,
          List.of(),
          List.of(),
          "",
          "",
          why.toString(),
          reproduce,
          Journal.now(),
          null);
    }

    /** The same, of another run. */
    public CellDone inRun(int other) {
      return new CellDone(
          other,
          engine,
          cell,
          verdict,
          clean,
          executions,
          seconds,
          races,
          outcomes,
          broken,
          stopped,
          message,
          reproduce,
          ended,
          witness);
    }

    /** The engine and the cell: what a run has once. */
    public Key key() {
      return new Key(engine, cell);
    }
  }

  /** What was observed, and how often. */
  record Count(String outcome, long times) {}

  /** What names a cell among those of all engines. */
  record Key(String engine, String cell) {}

  /**
   * A run has ended: all its cells are finished, or its budget is spent.
   *
   * @param left how many cells were not begun
   */
  record RunEnded(int run, String ended, int left) implements Entry {}
}
