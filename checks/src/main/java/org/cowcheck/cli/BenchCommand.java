package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import org.cowcheck.bench.Measurement;
import org.cowcheck.bench.Workload;
import org.cowcheck.bench.Workloads;
import org.cowcheck.consistency.MemoryModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cowcheck bench}: how fast programs of a chosen size are explored. */
@Command(
    name = "bench",
    description = {
      "Measures how fast programs are explored: the median of several runs after warming up.",
      "Each program is given with its size, such as gupfork:3:3 or ainc:9."
    })
final class BenchCommand implements Callable<Integer> {
  private static final ImmutableList<String> DEFAULT =
      ImmutableList.of(
          "gupfork:3:3",
          "gupfork-litmus:1:1",
          "ainc:7",
          "readers:13",
          "writers:7",
          "fib:4",
          "lastzero:12",
          "mutex:7");

  @Parameters(
      arity = "0..*",
      paramLabel = "PROGRAM",
      description = "What to measure; a few of each kind by default.")
  private List<String> programs = DEFAULT;

  @Option(
      names = "--model",
      split = ",",
      paramLabel = "NAME",
      description = "Under these memory models. Default: sc, lkmm.")
  private List<String> models = List.of("sc", "lkmm");

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "So many runs of each. Default: ${DEFAULT-VALUE}.")
  private int runs = 5;

  @Mixin private ThreadsOption threads = new ThreadsOption();

  @Override
  public Integer call() {
    if (runs <= 0) {
      throw new BadInputException("--runs must be at least 1, not " + runs);
    }
    ImmutableList<Workload> workloads =
        programs.stream().map(BenchCommand::workload).collect(ImmutableList.toImmutableList());
    ImmutableList<MemoryModel> chosen =
        models.stream().map(Names::model).collect(ImmutableList.toImmutableList());
    PrintStream out = System.out;
    out.printf(
        "%-20s %-6s %12s %10s %14s %10s%n",
        "program", "model", "executions", "seconds", "executions/s", "peak MiB");
    for (int i = 0; i < workloads.size(); i++) {
      for (MemoryModel model : chosen) {
        Measurement measured = Measurement.of(workloads.get(i), model, threads.threads(), runs);
        out.printf(
            "%-20s %-6s %,12d %10.3f %,14.0f %,10d%n",
            programs.get(i),
            model.name(),
            measured.executions(),
            measured.seconds(),
            measured.rate(),
            measured.peakBytes() >> 20);
        out.flush();
      }
    }
    return ExitCode.OK;
  }

  private static Workload workload(String name) {
    return Workloads.named(name)
        .orElseThrow(
            () ->
                new BadInputException(
                    "there is no program '%s' to measure; there are %s, each with numbers of 1 to 1000"
                        .formatted(name, String.join(", ", Workloads.forms()))));
  }
}
