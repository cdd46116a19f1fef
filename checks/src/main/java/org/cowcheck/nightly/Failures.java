package org.cowcheck.nightly;

import com.google.common.collect.ImmutableList;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.Journal;

/** What is put into a journal if an engine does not answer. */
final class Failures {
  private Failures() {}

  /** The entry of a task that ended in an exception. */
  static Entry.CellDone entry(Task task, int run, double seconds, Throwable e) {
    if (e instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    return new Entry.CellDone(
        run,
        task.key().engine(),
        task.key().cell(),
        Entry.CellDone.FAILED,
        false,
        0,
        seconds,
        ImmutableList.of(),
        ImmutableList.of(),
        "",
        "",
        e.toString(),
        task.reproduce(),
        Journal.now(),
        null);
  }
}
