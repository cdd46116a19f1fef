package org.cowcheck.linear;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Lincheck finds in the scenarios of exclusivity, and what it cannot. */
final class LincheckExclusivityTest {
  private static final String LOST = "a pinned page lost its exclusivity";
  private static final String BUG = "a VM_BUG_ON or bad-page check fired";
  private static final String PINS = "run(0, \"GUP-fast\"): 1";

  /** Twins: the tests below have one of each scenario that fails. */
  @ParameterizedTest
  @ValueSource(strings = {"gup-fast-vs-fork", "gup-fast-vs-swap-out", "wrong-cow-of-pinned-page"})
  void s3_isBrokenByNoInterleaving(String scenario) {
    LincheckRun.of(scenario, "S3").assertPasses();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gup-fast-vs-fork-read-only",
        "gup-fast-vs-fork-first-pin",
        "gup-fast-vs-fork-then-write",
        "gup-fast-vs-ksm-same-pte",
        "gup-fast-vs-ksm-changed-pte",
        "gup-fast-vs-swap-out-read-only",
        "gup-fast-vs-swap-out-swap-in",
        "gup-fast-vs-free-and-reuse"
      })
  @Tag("nightly")
  void s3_isBrokenByNoInterleavingOfTheOthers(String scenario) {
    s3_isBrokenByNoInterleaving(scenario);
  }

  /** 57efa1fe5957: fork has looked for pins, and has not yet write-protected the entry. */
  @ParameterizedTest
  @CsvSource({
    "gup-fast-vs-fork, S2-without-write-protect-seq",
    "gup-fast-vs-fork, S3-without-write-protect-seq",
    "gup-fast-vs-fork-first-pin, S3-without-write-protect-seq"
  })
  @Tag("nightly")
  void withoutWriteProtectSeq_forkSharesAPinnedPage(String scenario, String patch) {
    LincheckRun.of(scenario, patch)
        .assertBreaks(LOST, PINS, "G11 page._refcount", "C9 page.flags", "C11 mm.pte");
  }

  @Test
  @Tag("nightly")
  void withoutWriteProtectSeq_aPageIsUnpinnedThatIsNotExclusive() {
    LincheckRun.of("gup-fast-vs-fork-then-write", "S3-without-write-protect-seq")
        .assertBreaks(BUG, "G11 page._refcount", "C9 page.flags", "V1 page.flags");
  }

  /** fork that never comes to write-protect the entry. */
  @Test
  void forkThatLeavesTheEntryWritable_showsTheChildWhatTheParentWrites() {
    LincheckRun.of("gup-fast-vs-fork-then-write", "S3")
        .on(cpu -> SabotagedCpu.holdsBack(cpu, "C11", "never"))
        .assertBreaks(
            "a child sees what its parent wrote after fork", "C12 child.pte", "H1 mm.pmd");
  }

  @Test
  void s0_aReadOnlyPinOfASharedPageIsTaken() {
    LincheckRun.of("gup-fast-vs-fork-read-only", "S0")
        .assertBreaks(LOST, PINS, "G11 page._refcount", "C12 child.pte");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gup-fast-vs-swap-out", "gup-fast-vs-swap-out-read-only"})
  void s0_swapOutLooksForPinsTooEarly(String scenario) {
    LincheckRun.of(scenario, "S0")
        .assertBreaks(LOST, PINS, "G11 page._refcount", "U2 page._refcount", "U15 mm.pte");
  }

  /** KSM does not even look at the count of a page whose entry is read-only and clean. */
  @Test
  void s0_ksmMergesAPinnedPage() {
    LincheckRun.of("gup-fast-vs-ksm-same-pte", "S0")
        .assertBreaks(LOST, PINS, "G11 page._refcount", "M3 mm.pte");
  }

  /** 09854ba94c6a: the pin is another reference, so the page is copied. */
  @Test
  void s0_aWriteFaultCopiesAPinnedPage() {
    LincheckRun.of("wrong-cow-of-pinned-page", "S0")
        .assertBreaks(LOST, "G11 page._refcount", "W4 page._refcount", "W17 mm.pte");
  }

  /** The second look at the entry is what stops GUP-fast once the entry has changed. */
  @ParameterizedTest
  @CsvSource({
    "gup-fast-vs-ksm-changed-pte, S3, M11 mm.pte",
    "gup-fast-vs-swap-out-swap-in, seed, I12 mm.pte",
    "gup-fast-vs-free-and-reuse, S3, D5 child.pte"
  })
  void gupFastThatDoesNotLookAgain_pinsWhatIsGone(String scenario, String patch, String step) {
    LincheckRun.of(scenario, patch)
        .on(cpu -> SabotagedCpu.blindAt(cpu, "G14"))
        .assertBreaks(LOST, PINS, "G11 page._refcount", step);
  }

  /**
   * These need a memory model that reorders: the explorer finds them under LKMM. Lincheck explores
   * interleavings only, so that a fence that is missing changes nothing here.
   */
  @ParameterizedTest
  @CsvSource({
    "gup-fast-vs-ksm-same-pte, S2",
    "gup-fast-vs-ksm-same-pte, S3-without-M3",
    "gup-fast-vs-ksm-same-pte, S3-without-M4",
    "gup-fast-vs-swap-out, S3-without-M1",
    "gup-fast-vs-swap-out, S3-without-M2"
  })
  @Tag("nightly")
  void missingFencesGoUnseen_knownGap(String scenario, String patch) {
    LincheckRun.of(scenario, patch).assertPasses();
  }

  /**
   * Twins of the known gap: the reordering done by hand. Without M3 the flag is cleared after the
   * entry is put back; without M1 the pin comes after the second look at the entry; without M2 the
   * entry is cleared after the look for pins. Without M4 it takes four switches at the right
   * places, more than Lincheck tries.
   */
  @ParameterizedTest
  @CsvSource({
    "gup-fast-vs-ksm-same-pte, E3, M12",
    "gup-fast-vs-swap-out, G11, G19|G22",
    "gup-fast-vs-swap-out, U9, E3"
  })
  @Tag("nightly")
  void theReorderingDoneByHand_isFound(String scenario, String step, String until) {
    LincheckRun.of(scenario, "S3")
        .on(cpu -> SabotagedCpu.holdsBack(cpu, step, until))
        .assertBreaks(LOST, PINS, "G11 page._refcount", "E3 page.flags");
  }
}
