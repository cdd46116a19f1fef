package org.cowcheck.nightly;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.cowcheck.journal.Entry;
import org.cowcheck.verdict.Cell;

/** What one engine is to answer. */
public interface Task {

  /** What names it among all tasks. */
  Entry.Key key();

  /** The command line that does it alone. */
  String reproduce();

  /** The same question to the explorer, if it has it. */
  default Optional<Cell> byExplorer() {
    return Optional.empty();
  }

  /**
   * Does it.
   *
   * @param run the number of the run, for the entry
   * @param over whether the night is over: asked again and again; an answer then does not count
   * @throws Exception if the engine fails; the cell is then marked failed
   */
  Entry.CellDone run(int run, BooleanSupplier over) throws Exception;
}
