package org.cowcheck.linear;

import java.lang.ref.Reference;
import java.lang.ref.SoftReference;
import java.util.function.Supplier;
import org.jetbrains.kotlinx.lincheck.LinCheckerKt;
import org.jetbrains.kotlinx.lincheck.strategy.LincheckFailure;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;

/**
 * Scenarios of an {@link AddressSpace} that Lincheck makes up, in its model-checking mode. As in
 * {@link ModelChecker}, all but {@link Bus} is behind references.
 */
final class MadeUpScenarios {
  private static final ThreadLocal<MadeUpScenarios> CURRENT = new ThreadLocal<>();

  private final Supplier<AddressSpace> fresh;

  /** Lincheck's object holds its address space by a soft reference only; this keeps it. */
  private AddressSpace latest;

  private int runs;

  MadeUpScenarios(Supplier<AddressSpace> fresh) {
    this.fresh = fresh;
  }

  /** How many interleavings were run. */
  int runs() {
    return runs;
  }

  private AddressSpace begin() {
    latest = fresh.get();
    runs++;
    return latest;
  }

  /**
   * Runs; returns Lincheck's report of a failure, or the empty string.
   *
   * @param scenarios how many scenarios to make up
   * @param operations how many operations each thread has
   * @param invocations how many interleavings of each to run at most
   */
  String report(int scenarios, int operations, int invocations) {
    CURRENT.set(this);
    try {
      LincheckFailure failure =
          LinCheckerKt.checkImpl(
              new ModelCheckingOptions()
                  .iterations(scenarios)
                  .threads(AddressSpace.THREADS)
                  .actorsPerThread(operations)
                  .actorsBefore(2)
                  .actorsAfter(1)
                  .invocationsPerIteration(invocations)
                  .minimizeFailedScenario(false)
                  .verifier(RelaxedVerifier.class)
                  .addGuarantee(
                      ManagedStrategyGuaranteeKt.forClasses(Values.class.getName())
                          .methods(Values.ACCESSES.toArray(String[]::new))
                          .treatAsAtomic())
                  .addGuarantee(
                      ManagedStrategyGuaranteeKt.forClasses(Values.class.getName())
                          .methods(Values.PARTS.toArray(String[]::new))
                          .ignore())
                  .addGuarantee(
                      ManagedStrategyGuaranteeKt.forClasses(AddressSpace.class.getName())
                          .methods("broken")
                          .ignore()),
              Target.class);
      return failure == null ? "" : failure.toString();
    } finally {
      CURRENT.remove();
    }
  }

  /** What Lincheck calls: a new object for every invocation. */
  public static final class Target {
    private final Reference<AddressSpace> space = new SoftReference<>(CURRENT.get().begin());

    @SuppressWarnings("UnusedVariable") // Lincheck instruments what it can reach from here
    private final Bus bus = space.get().bus();

    @Operation
    public long write(@Param(gen = ThreadIdGen.class) int thread) {
      return space.get().write(cpu(thread));
    }

    @Operation
    public long read(@Param(gen = ThreadIdGen.class) int thread) {
      return space.get().read(cpu(thread));
    }

    @Operation
    public long fork(@Param(gen = ThreadIdGen.class) int thread) {
      return space.get().fork(cpu(thread));
    }

    @Operation
    public long writeInChild(@Param(gen = ThreadIdGen.class) int thread) {
      return space.get().writeInChild(cpu(thread));
    }

    @Operation
    public long readInChild(@Param(gen = ThreadIdGen.class) int thread) {
      return space.get().readInChild(cpu(thread));
    }

    @Operation
    public long pinForReading(@Param(gen = ThreadIdGen.class) int thread) {
      return space.get().pin(cpu(thread), false);
    }

    @Operation
    public long pinForWriting(@Param(gen = ThreadIdGen.class) int thread) {
      return space.get().pin(cpu(thread), true);
    }

    @Operation
    public long unpin(@Param(gen = ThreadIdGen.class) int thread) {
      return space.get().unpin(cpu(thread));
    }

    @Operation
    public long readThroughPin(@Param(gen = ThreadIdGen.class) int thread) {
      return space.get().readThroughPin(cpu(thread));
    }

    @Operation
    public long writeThroughPin(@Param(gen = ThreadIdGen.class) int thread) {
      return space.get().writeThroughPin(cpu(thread));
    }

    @Operation
    public long zap(@Param(gen = ThreadIdGen.class) int thread) {
      return space.get().zap(cpu(thread));
    }

    @Operation
    public long swapOut(@Param(gen = ThreadIdGen.class) int thread) {
      return space.get().swapOut(cpu(thread));
    }

    /** The first thread also runs what comes before and after; Lincheck numbers these 0 and n+1. */
    private static int cpu(int thread) {
      return thread >= 1 && thread <= AddressSpace.THREADS ? thread - 1 : 0;
    }

    /** Lincheck calls it after all operations. */
    @Validate
    public void invariantsHold() {
      String broken = space.get().broken();
      if (!broken.isEmpty()) {
        throw new AssertionError(broken);
      }
    }
  }
}
