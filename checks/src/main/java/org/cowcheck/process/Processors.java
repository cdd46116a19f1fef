package org.cowcheck.process;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;

/**
 * The processors that this process may use, lent one by one to programs that run faster if they
 * have one alone, as Lincheck does: its threads take turns.
 */
public final class Processors {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String ALLOWED = "Cpus_allowed_list:";
  private static final Path TASKSET = Path.of("/usr/bin/taskset");

  private final BlockingQueue<Integer> free = new LinkedBlockingQueue<>();
  private final boolean canPin;

  public Processors() {
    ImmutableList<Integer> allowed = allowed();
    this.canPin = !allowed.isEmpty() && Files.isExecutable(TASKSET);
    if (canPin) {
      free.addAll(allowed);
    } else {
      IntStream.range(0, Runtime.getRuntime().availableProcessors()).forEach(free::add);
    }
  }

  /** Work that starts a program by a command that begins with this. */
  public interface Work<T> {
    T with(List<String> beginning) throws IOException, InterruptedException;
  }

  /** Does work with a processor alone, if the system has a command for that. */
  public <T> T lend(Work<T> work) throws IOException, InterruptedException {
    Integer processor = free.take();
    try {
      return work.with(
          canPin ? List.of(TASKSET.toString(), "-c", processor.toString()) : List.of());
    } finally {
      free.add(processor);
    }
  }

  private static ImmutableList<Integer> allowed() {
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith(ALLOWED))
          .findFirst()
          .map(line -> numbers(line.substring(ALLOWED.length()).strip()))
          .orElse(ImmutableList.of());
    } catch (IOException e) {
      return ImmutableList.of(); // no Linux
    }
  }

  /** The numbers of a list such as {@code 0-2,5}. */
  static ImmutableList<Integer> numbers(String list) {
    ImmutableList.Builder<Integer> numbers = ImmutableList.builder();
    for (String part : Splitter.on(',').split(list)) {
      List<String> ends = Splitter.on('-').splitToList(part);
      int last = Integer.parseInt(ends.get(ends.size() - 1));
      IntStream.rangeClosed(Integer.parseInt(ends.get(0)), last).forEach(numbers::add);
    }
    return numbers.build();
  }
}
