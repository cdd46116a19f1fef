package org.cowcheck.linear;

import java.util.function.UnaryOperator;
import org.cowcheck.memory.Cpu;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An address space of one page is linearizable but for operations that fail, and keeps the
 * invariants, in scenarios that Lincheck makes up. The same scenarios find what is planted.
 */
final class LincheckAddressSpaceTest {

  private static void assertBreaks(String patch, UnaryOperator<Cpu> cpus, String... shown) {
    MadeUpRun.of(MadeUp.SMALL_PAGE, patch, cpus).assertBreaks(shown);
  }

  @Test
  void itIsLinearizable() {
    MadeUpRun.of(MadeUp.SMALL_PAGE, "S3", cpu -> cpu).assertLinearizable();
  }

  @ParameterizedTest
  @ValueSource(strings = {"seed", "S2"})
  @Tag("nightly")
  void itIsLinearizable_beforeV6_1(String patch) {
    MadeUpRun.of(MadeUp.SMALL_PAGE, patch, cpu -> cpu).assertLinearizable();
  }

  /** Which of the consequences is seen first depends on the order of Lincheck's scenarios. */
  @Test
  void aForkThatLeavesPagesExclusiveIsFound() {
    assertBreaks(
        "S3",
        cpu -> SabotagedCpu.leavesOut(cpu, "C9"),
        "an exclusive page has a second entry|a child sees what its parent wrote after fork");
  }

  @Test
  void aForkThatLeavesEntriesWritableIsFound() {
    assertBreaks(
        "S3",
        cpu -> SabotagedCpu.leavesOut(cpu, "C11"),
        "a writable entry maps a page that is not exclusive"
            + "|a child sees what its parent wrote after fork");
  }

  /** v5.17 has no memory of exclusivity: a pinned page is copied, and the pin shows the old one. */
  @Tag("nightly")
  @Test
  void aWriteFaultThatCopiesPinnedPagesIsFound() {
    assertBreaks("S0", cpu -> cpu);
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
    assertBreaks(
        "S3-without-early-cow",
        cpu -> cpu,
        "a pinned page lost its exclusivity|a VM_BUG_ON or bad-page check fired");
  }

  /** KSM shares a pinned page, which is not exclusive any more when it is unpinned. */
  @Tag("nightly")
  @Test
  void aMergeThatDoesNotLookForPinsIsFound() {
    assertBreaks(
        "S3",
        cpu -> SabotagedCpu.seesNoPins(cpu, "M8", "M9|M11"),
        "a VM_BUG_ON or bad-page check fired",
        "E3 spare0.flags",
        "M11 mm.pte",
        "V1 spare0.flags");
  }
}
