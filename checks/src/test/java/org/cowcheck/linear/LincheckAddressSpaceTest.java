package org.cowcheck.linear;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.Iterables;
import java.util.function.UnaryOperator;
import org.cowcheck.memory.Cpu;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An address space is linearizable but for operations that fail, and keeps the invariants, in
 * scenarios that Lincheck makes up. The same scenarios find what is planted.
 */
final class LincheckAddressSpaceTest {
  private static final int SCENARIOS = 12;
  private static final int OPERATIONS = 2;
  private static final int INVOCATIONS = 40;

  /** How many scenarios a planted bug may take; Lincheck stops at the first that shows it. */
  private static final int SCENARIOS_TO_BREAK = 60;

  private static MadeUpScenarios scenarios(String name, UnaryOperator<Cpu> cpus) {
    Patch patch = Iterables.find(Patches.all(), candidate -> candidate.name().equals(name));
    Kernel kernel = new Kernel(patch, Platform.GENERIC, Accesses.MARKED);
    return new MadeUpScenarios(() -> new AddressSpace(kernel, cpus));
  }

  private static void assertBreaks(String patch, UnaryOperator<Cpu> cpus, String broken) {
    String report = scenarios(patch, cpus).report(SCENARIOS_TO_BREAK, OPERATIONS, INVOCATIONS);
    assertTrue(report.contains(broken), report);
  }

  @ParameterizedTest
  @ValueSource(strings = {"seed", "S2", "S3"})
  void itIsLinearizable(String patch) {
    MadeUpScenarios scenarios = scenarios(patch, cpu -> cpu);
    assertEquals("", scenarios.report(SCENARIOS, OPERATIONS, INVOCATIONS));
    assertTrue(scenarios.runs() > SCENARIOS);
  }

  @Test
  void aForkThatLeavesPagesExclusiveIsFound() {
    assertBreaks(
        "S3", cpu -> SabotagedCpu.leavesOut(cpu, "C9"), "an exclusive page has a second entry");
  }

  @Test
  void aForkThatLeavesEntriesWritableIsFound() {
    assertBreaks(
        "S3",
        cpu -> SabotagedCpu.leavesOut(cpu, "C11"),
        "a writable entry maps a page that is not exclusive");
  }

  /** v5.17 has no memory of exclusivity: a pinned page is copied, and the pin shows the old one. */
  @Tag("nightly")
  @Test
  void aWriteFaultThatCopiesPinnedPagesIsFound() {
    String report = scenarios("S0", cpu -> cpu).report(SCENARIOS_TO_BREAK, OPERATIONS, INVOCATIONS);
    assertNotEquals("", report);
  }

  /** The entry of S1 does not say that the page was exclusive; unpin looks whether it is. */
  @Tag("nightly")
  @Test
  void aSwapOutThatDoesNotLookForPinsIsFound() {
    assertBreaks(
        "seed",
        cpu -> SabotagedCpu.seesNoPins(cpu, "U2|E2"),
        "a VM_BUG_ON or bad-page check fired");
  }

  @Test
  void aForkThatDoesNotLookForPinsIsFound() {
    assertBreaks("S3-without-early-cow", cpu -> cpu, "a pinned page lost its exclusivity");
  }
}
