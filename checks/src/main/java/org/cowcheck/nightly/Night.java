package org.cowcheck.nightly;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.Journal;
import org.cowcheck.journal.JournalContents;

/** One run over a plan, which goes on where an earlier process was stopped. */
public final class Night {
  private final Journal journal;
  private final Plan plan;
  private final Plan.Shard shard;
  private final Time time;
  private final BooleanSupplier stopped;
  private final Onlooker onlooker;
  private final AtomicInteger finished = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicInteger unwritten = new AtomicInteger();

  /** How long a night may take. */
  public interface Time {
    /** Whether that is over. */
    boolean isSpent();

    /** Half of what is left from now on. */
    default Time half() {
      return this;
    }
  }

  /** Sees what happens; called by all threads. */
  public interface Onlooker {
    /**
     * A run begins, or goes on.
     *
     * @param finished how many of its tasks an earlier process has finished
     * @param left the others
     */
    default void starts(int run, int finished, Plan left) {}

    /** A task is begun. */
    void begins(Task task);

    /** A task is finished and in the journal. */
    void finished(Entry.CellDone done);

    /** A task is finished, and the journal could not be written. */
    void unwritten(Task task, IOException e);
  }

  /**
   * What became of a run.
   *
   * @param finished how many tasks are in the journal now, of this run
   * @param failed how many of them their engine did not answer
   * @param unwritten how many were done, but could not be written
   * @param left how many were not begun, or not finished when the night was over
   */
  public record End(int run, int finished, int failed, int unwritten, int left) {}

  /**
   * A night.
   *
   * @param time its budget; an engine takes half of what is left at most, if others come after it
   * @param stopped whether somebody stopped it; the next one then goes on with the same run
   */
  public Night(
      Journal journal,
      Plan plan,
      Plan.Shard shard,
      Time time,
      BooleanSupplier stopped,
      Onlooker onlooker) {
    this.journal = journal;
    this.plan = plan;
    this.shard = shard;
    this.time = time;
    this.stopped = stopped;
    this.onlooker = onlooker;
  }

  /**
   * Does what is left of the plan.
   *
   * @param jobs how many tasks at a time
   */
  public End run(int jobs) throws IOException, InterruptedException {
    JournalContents before = journal.before();
    int run = begin(before);
    Plan left = plan.without(before.cells(run)).ordered(before);
    finished.set(before.cells(run).size());
    onlooker.starts(run, finished.get(), left);
    Iterator<Plan> phases = left.phases().iterator();
    while (phases.hasNext()) {
      Plan phase = phases.next();
      Time share = phases.hasNext() ? time.half() : time;
      run(
          phase,
          run,
          phase.isOneByOne() ? 1 : jobs,
          () -> share.isSpent() || stopped.getAsBoolean());
    }
    int notDone = plan.tasks().size() - finished.get();
    if (!stopped.getAsBoolean() && unwritten.get() == 0) {
      journal.append(new Entry.RunEnded(run, Journal.now(), notDone));
    }
    return new End(run, finished.get(), failed.get(), unwritten.get(), notDone - unwritten.get());
  }

  private void run(Plan phase, int run, int jobs, BooleanSupplier over)
      throws InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(jobs);
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (Task task : phase.tasks()) {
        futures.add(pool.submit(() -> run(task, run, over)));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }

  /** The number of a new run, or of the latest one if it has not ended and is of this plan. */
  private int begin(JournalContents before) throws IOException {
    int latest = before.latestRun().map(Entry.RunBegun::run).orElse(0);
    boolean goesOn =
        latest > 0
            && !before.hasEnded(latest)
            && before.latestRun().orElseThrow().plan().equals(plan.digest());
    if (goesOn) {
      journal.append(new Entry.RunResumed(latest, Journal.now()));
      return latest;
    }
    journal.append(
        new Entry.RunBegun(
            latest + 1,
            Journal.now(),
            Machine.name(),
            Machine.java(),
            plan.digest(),
            plan.tasks().size(),
            shard.toString()));
    return latest + 1;
  }

  private void run(Task task, int run, BooleanSupplier over) {
    if (over.getAsBoolean()) {
      return;
    }
    onlooker.begins(task);
    Entry.CellDone done = answer(task, run, over);
    if (over.getAsBoolean()
        && (!done.stopped().isEmpty() || done.verdict().equals(Entry.CellDone.FAILED))) {
      return; // it was cut short, or what it had started was
    }
    try {
      journal.append(done);
      finished.incrementAndGet();
      if (done.verdict().equals(Entry.CellDone.FAILED)) {
        failed.incrementAndGet();
      }
      onlooker.finished(done);
    } catch (IOException e) {
      unwritten.incrementAndGet();
      onlooker.unwritten(task, e);
    }
  }

  private static Entry.CellDone answer(Task task, int run, BooleanSupplier over) {
    long start = System.nanoTime();
    try {
      return task.run(run, over);
    } catch (Exception | StackOverflowError | OutOfMemoryError e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      return Entry.CellDone.failed(run, task.key(), seconds, task.reproduce(), e);
    }
  }
}
