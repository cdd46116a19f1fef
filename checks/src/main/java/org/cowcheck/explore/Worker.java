package org.cowcheck.explore;

import com.google.common.base.Throwables;
import java.util.ArrayList;
import java.util.List;

/**
 * One thread of an exploration. It grows its own branches, the youngest first, and gives the oldest
 * away when another worker has none: that is the one with most below it.
 */
final class Worker implements Runnable {
  private final Search search;
  private final Search.Limits limits;
  private final Frontier frontier;
  private final Grower grower;
  private Throwable thrown;

  Worker(
      Programs programs,
      Search search,
      Search.Limits limits,
      Frontier frontier,
      Grower.StandIns standIns) {
    this.search = search;
    this.limits = limits;
    this.frontier = frontier;
    this.grower = new Grower(programs, search, standIns);
  }

  /** What it has found. */
  Search search() {
    return search;
  }

  /** Runs workers until there is nothing left to grow, the first of them on this thread. */
  static void runAll(List<Worker> workers) {
    List<Thread> threads = new ArrayList<>();
    for (Worker worker : workers.subList(1, workers.size())) {
      Thread thread = new Thread(worker, "explorer");
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
    workers.get(0).run();
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    for (Worker worker : workers) {
      if (worker.thrown != null) {
        Throwables.throwIfUnchecked(worker.thrown);
      }
    }
  }

  @Override
  public void run() {
    try {
      work();
    } catch (RuntimeException | Error e) {
      thrown = e;
    } finally {
      frontier.close();
    }
  }

  private void work() {
    Branch branch = frontier.take();
    while (branch != null) {
      if (limits.isStopped()) {
        limits.cutShort();
        return;
      }
      grower.grow(branch);
      while (frontier.isWanted() && grower.branches().size() > 1) {
        frontier.give(grower.branches().removeLast());
      }
      branch = grower.branches().poll();
      if (branch == null) {
        branch = frontier.take();
      }
    }
  }
}
