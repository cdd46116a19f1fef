package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Work on many things at once, one per processor. */
final class SideBySide {
  private SideBySide() {}

  /** Does the work on each item; the results are in the order of the items. */
  static <T, R> ImmutableList<R> run(List<T> items, Function<T, R> work)
      throws InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      List<Future<R>> futures = new ArrayList<>();
      for (T item : items) {
        futures.add(pool.submit(() -> work.apply(item)));
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
