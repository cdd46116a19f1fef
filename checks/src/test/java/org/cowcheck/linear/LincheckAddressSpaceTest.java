package org.cowcheck.linear;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.UnaryOperator;
import org.cowcheck.memory.Cpu;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An address space is linearizable, and keeps the invariants, whatever threads do with it. */
final class LincheckAddressSpaceTest {
  private static final int SCENARIOS = 20;
  private static final int OPERATIONS = 2;
  private static final int INVOCATIONS = 50;

  private static MadeUpScenarios scenarios(KernelState state, UnaryOperator<Cpu> cpus) {
    Kernel kernel = new Kernel(Patch.of(state), Platform.GENERIC, Accesses.MARKED);
    return new MadeUpScenarios(() -> new AddressSpace(kernel, cpus));
  }

  @ParameterizedTest
  @EnumSource(names = {"S1", "S2", "S3"})
  void itIsLinearizable(KernelState state) {
    MadeUpScenarios scenarios = scenarios(state, cpu -> cpu);
    long t = System.nanoTime();
    assertEquals("", scenarios.report(SCENARIOS, OPERATIONS, INVOCATIONS));
    System.out.println(state + " " + scenarios.runs() + " " + (System.nanoTime() - t) / 1000000);
    assertTrue(scenarios.runs() > SCENARIOS);
  }
}
