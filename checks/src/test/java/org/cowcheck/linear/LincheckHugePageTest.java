package org.cowcheck.linear;

import java.util.function.UnaryOperator;
import org.cowcheck.memory.Cpu;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * An address space of a huge page that may be split is linearizable, page by page, but for
 * operations that fail, and keeps the invariants, in scenarios that Lincheck makes up. The same
 * scenarios find what is planted.
 */
final class LincheckHugePageTest {

  private static void assertBreaks(String patch, UnaryOperator<Cpu> cpus, String... shown) {
    MadeUpRun.of(MadeUp.HUGE_PAGE, patch, cpus).assertBreaks(shown);
  }

  @Test
  void itIsLinearizable() {
    MadeUpRun.of(MadeUp.HUGE_PAGE, "S3", cpu -> cpu).assertLinearizable();
  }

  @Tag("nightly")
  @Test
  void itIsLinearizableInV5_19() {
    MadeUpRun.of(MadeUp.HUGE_PAGE, "S2", cpu -> cpu).assertLinearizable();
  }

  /** A bug that was: the seed asks to share a huge page that a child shares already. */
  @Tag("nightly")
  @Test
  void theSplitOfASharedPageInTheSeedIsFound() {
    assertBreaks("seed", cpu -> cpu, "a VM_BUG_ON or bad-page check fired", "SP8a page.flags");
  }

  /** The migration entries have the exclusivity, and the head keeps it as well. */
  @Tag("nightly")
  @Test
  void aSplitThatLeavesTheHeadExclusiveIsFound() {
    assertBreaks(
        "S3",
        cpu -> SabotagedCpu.leavesOut(cpu, "E3"),
        "an exclusive page has a second entry",
        "SP10 mm.pte0");
  }

  /** Only the head is exclusive when PTEs take the place of the PMD entry of a pinned page. */
  @Test
  void aSplitThatDoesNotGiveExclusivityToThePartsIsFound() {
    assertBreaks(
        "S3",
        cpu -> SabotagedCpu.leavesOut(cpu, "SP9"),
        "a pinned page lost its exclusivity",
        "SP10 mm.pte1");
  }

  /**
   * It makes small pages of a page that was pinned after the first look at its counts. The rest of
   * the looks are there, so that it takes a race.
   */
  @Tag("nightly")
  @Test
  void aSplitThatLosesAPinIsFound() {
    assertBreaks(
        "S3",
        cpu -> SabotagedCpu.neverFailsAt(cpu, "SH4"),
        "a page has fewer references than mappings and pins",
        "SH4 page._refcount");
  }
}
