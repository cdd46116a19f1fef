package org.cowcheck.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.cowcheck.consistency.Growth;
import org.cowcheck.consistency.Judgement;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.execution.Graph;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Explorer;
import org.cowcheck.explore.Watch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The inner parts of an exploration, on executions of gupfork of some 50 events: what it costs to
 * copy a graph, to work out what a memory model knows of it, and to ask the axioms instead.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class GrowthBenchmark {
  /** The memory model. */
  @Param({"sc", "tso", "lkmm"})
  public String model;

  private static final int EXECUTIONS = 64;

  private final List<Graph> graphs = new ArrayList<>();
  private MemoryModel chosen;
  private Growth growth;
  private int next;

  /** Takes the first executions. */
  @Setup
  public void explore() {
    chosen = MemoryModels.named(model);
    JavaProgram program = new GupFork(3, 3).inJava();
    new Explorer(
            program.words(),
            program.programs(),
            chosen,
            new Bounds(EXECUTIONS, Bounds.NONE.timeout(), Bounds.NONE.maxEvents()),
            execution -> {
              graphs.add(execution.graph());
              return "";
            },
            count -> {},
            Watch.none())
        .explore();
    growth = chosen.growth().of(graphs.get(0));
  }

  private Graph graph() {
    return graphs.get(next++ % graphs.size());
  }

  @Benchmark
  public Graph copyOfAGraph() {
    return graph().copy();
  }

  @Benchmark
  public Growth copyOfAGrowth() {
    return growth.copy();
  }

  @Benchmark
  public Growth growthAnew() {
    return growth.of(graph());
  }

  @Benchmark
  public boolean axiomsOfAGraphThatGrows() {
    return chosen.mayGrow(graph());
  }

  @Benchmark
  public Judgement judgementOfAnExecution() {
    return chosen.judgeGrown(graph());
  }

  @Benchmark
  public Judgement judgementByAllAxioms() {
    return chosen.judge(graph());
  }
}
