package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Work on many things at once. */
final class SideBySide {
  private SideBySide() {}

  /** Work on one item, on so many threads. */
  interface Work<T, R> {
    R on(T item, int threads);
  }

  /**
   * Does the work on each item; the results are in the order of the items.
   *
   * @param threads how many to use in all: one per item, or all inside each if items are few
   */
  static <T, R> ImmutableList<R> run(List<T> items, int threads, Work<T, R> work)
      throws InterruptedException {
    int inside = items.size() < 2 * threads ? threads : 1;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<R>> futures = new ArrayList<>();
      for (T item : items) {
        futures.add(pool.submit(() -> work.on(item, inside)));
      }
      ImmutableList.Builder<R> results = ImmutableList.builder();
      for (Future<R> future : futures) {
        results.add(future.get());
      }
      return results.build();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }
}
