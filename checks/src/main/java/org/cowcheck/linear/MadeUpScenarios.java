package org.cowcheck.linear;

import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.cowcheck.memory.Cpu;
import org.cowcheck.patch.Kernel;
import org.jetbrains.kotlinx.lincheck.CTestStructure;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.kotlinx.lincheck.execution.RandomExecutionGenerator;
import org.jetbrains.lincheck.datastructures.CTestConfiguration;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.RandomProvider;

/**
 * Scenarios of an {@link AddressSpace} that Lincheck makes up, in its model-checking mode, of the
 * operations of a class. As in {@link ModelChecker}, all but {@link Bus} is behind references
 * there.
 */
final class MadeUpScenarios {
  private static final String NO_ORDER = "no order of the operations explains what they returned";
  private static final String HANGS = "a CPU waits for ever";

  private static final ThreadLocal<MadeUpScenarios> CURRENT = new ThreadLocal<>();

  private final Class<?> operations;
  private final Supplier<AddressSpace> fresh;

  /** Lincheck's object holds its address space by a soft reference only; this keeps it. */
  private AddressSpace latest;

  private int first;
  private int begun;
  private long runs;
  private Runnable next = () -> {};

  /**
   * Scenarios of operations on an address space.
   *
   * @param operations what Lincheck calls: it makes one for every invocation, on {@link #next}
   * @param fresh makes an address space
   */
  private MadeUpScenarios(Class<?> operations, Supplier<AddressSpace> fresh) {
    this.operations = operations;
    this.fresh = fresh;
  }

  /** Under a kernel, on CPUs that are perhaps not quite right. */
  static MadeUpScenarios of(MadeUp what, Kernel kernel, UnaryOperator<Cpu> cpus) {
    return switch (what) {
      case SMALL_PAGE ->
          new MadeUpScenarios(
              SmallPageOperations.class, () -> AddressSpace.ofSmallPage(kernel, cpus));
      case HUGE_PAGE ->
          new MadeUpScenarios(
              HugePageOperations.class, () -> AddressSpace.ofHugePage(kernel, cpus));
    };
  }

  /** The address space of the invocation that begins on this thread. */
  static AddressSpace next() {
    MadeUpScenarios current = CURRENT.get();
    current.latest = current.fresh.get();
    current.runs++;
    return current.latest;
  }

  /** The first thread also runs what comes before and after; Lincheck numbers these 0 and n+1. */
  static int cpu(int thread) {
    return thread >= 1 && thread <= AddressSpace.THREADS ? thread - 1 : 0;
  }

  /** Runs some of them, until one shows a fault. */
  LincheckResult check(MadeUp.Size size, LincheckProgress progress) {
    first = size.first();
    next = () -> progress.at("scenarios", begun++, size.scenarios());
    CURRENT.set(this);
    try {
      ModelChecker.Report report = ModelChecker.report(options(size), operations);
      if (report.isEmpty()) {
        return new LincheckResult.Passed(runs, false);
      }
      String broken = latest.wasBroken();
      return new LincheckResult.Failed(
          !broken.isEmpty() ? broken : report.isAboutResults() ? NO_ORDER : HANGS, report.text());
    } finally {
      CURRENT.remove();
    }
  }

  private static ModelCheckingOptions options(MadeUp.Size size) {
    return ModelChecker.stepByStep(new ModelCheckingOptions())
        .iterations(size.scenarios())
        .threads(AddressSpace.THREADS)
        .actorsPerThread(size.operations())
        .actorsBefore(2)
        .actorsAfter(1)
        .invocationsPerIteration(size.invocations())
        .minimizeFailedScenario(false)
        .executionGenerator(Later.class)
        .verifier(RelaxedVerifier.class)
        .addGuarantee(
            ManagedStrategyGuaranteeKt.forClasses(AddressSpace.class.getName())
                .methods("broken")
                .ignore());
  }

  /** Lincheck's generator, from a scenario on that is not the first. */
  public static final class Later extends RandomExecutionGenerator {
    /** Lincheck makes it. */
    public Later(
        CTestConfiguration configuration, CTestStructure structure, RandomProvider random) {
      super(configuration, structure, random);
      for (int i = 0; i < CURRENT.get().first; i++) {
        super.nextExecution();
      }
    }

    @Override
    public ExecutionScenario nextExecution() {
      CURRENT.get().next.run();
      return super.nextExecution();
    }
  }
}
