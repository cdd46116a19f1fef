package org.cowcheck.linear;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.Iterables;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.cowcheck.memory.Cpu;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.jetbrains.kotlinx.lincheck.LinCheckerKt;
import org.jetbrains.kotlinx.lincheck.strategy.LincheckFailure;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;

/**
 * Scenarios of an {@link AddressSpace} that Lincheck makes up, in its model-checking mode, of the
 * operations of a class. As in {@link ModelChecker}, all but {@link Bus} is behind references
 * there.
 */
final class MadeUpScenarios {
  private static final int SCENARIOS = 12;
  private static final int OPERATIONS = 2;
  private static final int INVOCATIONS = 40;

  /** How many scenarios a planted bug may take; Lincheck stops at the first that shows it. */
  private static final int SCENARIOS_TO_BREAK = 60;

  private static final ThreadLocal<MadeUpScenarios> CURRENT = new ThreadLocal<>();

  private final Class<?> operations;
  private final Supplier<AddressSpace> fresh;

  /** Lincheck's object holds its address space by a soft reference only; this keeps it. */
  private AddressSpace latest;

  private int runs;

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

  static MadeUpScenarios ofSmallPage(String patch, UnaryOperator<Cpu> cpus) {
    Kernel kernel = kernel(patch);
    return new MadeUpScenarios(
        SmallPageOperations.class, () -> AddressSpace.ofSmallPage(kernel, cpus));
  }

  static MadeUpScenarios ofHugePage(String patch, UnaryOperator<Cpu> cpus) {
    Kernel kernel = kernel(patch);
    return new MadeUpScenarios(
        HugePageOperations.class, () -> AddressSpace.ofHugePage(kernel, cpus));
  }

  private static Kernel kernel(String name) {
    Patch patch = Iterables.find(Patches.all(), candidate -> candidate.name().equals(name));
    return new Kernel(patch, Platform.GENERIC, Accesses.MARKED);
  }

  void assertLinearizable() {
    assertEquals("", report(SCENARIOS));
    assertTrue(runs > SCENARIOS);
  }

  /** Some scenario shows a fault, with all of this in its report. */
  void assertBreaks(String... shown) {
    String report = report(SCENARIOS_TO_BREAK);
    for (String part : shown) {
      assertTrue(report.contains(part), () -> part + " in " + report);
    }
    assertNotEquals("", report);
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

  /** Lincheck's report of a failure in some of so many scenarios, or the empty string. */
  private String report(int scenarios) {
    CURRENT.set(this);
    try {
      LincheckFailure failure =
          LinCheckerKt.checkImpl(
              ModelChecker.stepByStep(new ModelCheckingOptions())
                  .iterations(scenarios)
                  .threads(AddressSpace.THREADS)
                  .actorsPerThread(OPERATIONS)
                  .actorsBefore(2)
                  .actorsAfter(1)
                  .invocationsPerIteration(INVOCATIONS)
                  .minimizeFailedScenario(false)
                  .verifier(RelaxedVerifier.class)
                  .addGuarantee(
                      ManagedStrategyGuaranteeKt.forClasses(AddressSpace.class.getName())
                          .methods("broken")
                          .ignore()),
              operations);
      return failure == null ? "" : failure.toString();
    } finally {
      CURRENT.remove();
    }
  }
}
