package org.cowcheck.nightly;

import java.util.function.BooleanSupplier;
import org.cowcheck.journal.Entry;

/** What one engine is to answer. */
public interface Task {

  /** What names it among all tasks. */
  Entry.Key key();

  /** The command line that does it alone. */
  String reproduce();

  /**
   * Does it.
   *
   * @param run the number of the run, for the entry
   * @param over whether the night is over: asked again and again; an answer then does not count
   * @throws Exception if the engine fails; the cell is then marked failed
   */
  Entry.CellDone run(int run, BooleanSupplier over) throws Exception;
}
