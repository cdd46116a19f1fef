package org.cowcheck.hunt;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.Journal;
import org.cowcheck.journal.JournalContents;
import org.cowcheck.nightly.Machine;

/** The answers of a hunt, in a journal if there is one: those of an earlier process are there. */
final class Ledger {
  private static final Duration BETWEEN_FLUSHES = Duration.ofSeconds(1);

  private final Optional<Journal> journal;
  private final int run;
  private final ImmutableMap<Entry.Key, Entry.CellDone> before;

  private long flushed = System.nanoTime();

  private Ledger(
      Optional<Journal> journal, int run, ImmutableMap<Entry.Key, Entry.CellDone> before) {
    this.journal = journal;
    this.run = run;
    this.before = before;
  }

  /** Goes on with the run of the same questions, or begins one. */
  static Ledger open(Optional<Journal> journal, Quarry quarry, long cells) throws IOException {
    if (journal.isEmpty()) {
      return new Ledger(journal, 1, ImmutableMap.of());
    }
    JournalContents contents = journal.orElseThrow().before();
    ImmutableList<Entry.RunBegun> same =
        contents.runs().stream()
            .filter(run -> run.plan().equals(quarry.digest()))
            .collect(ImmutableList.toImmutableList());
    if (!same.isEmpty()) {
      int run = same.get(same.size() - 1).run();
      ImmutableMap<Entry.Key, Entry.CellDone> known = journal.orElseThrow().withWitnesses(run);
      journal.orElseThrow().append(new Entry.RunResumed(run, Journal.now()));
      return new Ledger(journal, run, known);
    }
    int run = contents.latestRun().map(Entry.RunBegun::run).orElse(0) + 1;
    journal
        .orElseThrow()
        .append(
            new Entry.RunBegun(
                run,
                Journal.now(),
                Machine.name(),
                Machine.java(),
                quarry.digest(),
                (int) Math.min(Integer.MAX_VALUE, cells),
                quarry.shard().toString()));
    return new Ledger(journal, run, ImmutableMap.of());
  }

  int run() {
    return run;
  }

  /** The answer of an earlier process. */
  Optional<Entry.CellDone> known(Entry.Key key) {
    return Optional.ofNullable(before.get(key));
  }

  /** How many answers there are of earlier processes. */
  int size() {
    return before.size();
  }

  /**
   * Keeps the answers to one program. A process that is killed loses none of them; a machine that
   * stops loses those of the last second: waiting for the disk takes longer than most programs do.
   */
  void append(List<Entry.CellDone> done) throws IOException {
    if (journal.isPresent() && !done.isEmpty()) {
      journal.orElseThrow().appendSoon(done);
      if (isTimeToFlush()) {
        journal.orElseThrow().flush();
      }
    }
  }

  private synchronized boolean isTimeToFlush() {
    long now = System.nanoTime();
    if (now - flushed < BETWEEN_FLUSHES.toNanos()) {
      return false;
    }
    flushed = now;
    return true;
  }

  void end(long left) throws IOException {
    if (journal.isPresent()) {
      journal
          .orElseThrow()
          .append(new Entry.RunEnded(run, Journal.now(), (int) Math.min(Integer.MAX_VALUE, left)));
    }
  }
}
