package org.cowcheck.finding;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Threads that look at one thing each, so that what is found does not depend on how many. */
final class Pool implements AutoCloseable {
  private final ExecutorService threads;

  Pool(int size) {
    this.threads =
        Executors.newFixedThreadPool(
            size,
            work -> {
              Thread thread = new Thread(work, "finding");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Does something with each; the results are in the same order. */
  <T, R> ImmutableList<R> each(Iterable<T> items, Function<T, R> work) throws InterruptedException {
    List<Future<R>> futures = new ArrayList<>();
    for (T item : items) {
      futures.add(threads.submit(() -> work.apply(item)));
    }
    ImmutableList.Builder<R> results = ImmutableList.builder();
    for (Future<R> future : futures) {
      try {
        results.add(future.get());
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    return results.build();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
