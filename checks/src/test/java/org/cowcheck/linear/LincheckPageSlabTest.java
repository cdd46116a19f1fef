package org.cowcheck.linear;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Lincheck finds in the scenarios of PageSlab(), and what it cannot. */
final class LincheckPageSlabTest {
  private static final String BUG = "a VM_BUG_ON or bad-page check fired";
  private static final String LIE =
      "PageSlab() said slab, and the page was no slab page at any instant of the call";

  /**
   * "Without wmb" passes because Lincheck explores interleavings only: a fence that is missing
   * changes nothing here. The explorer finds that lie under LKMM.
   */
  @ParameterizedTest
  @CsvSource({
    "pageslab-at-free, seed",
    "pageslab-at-free, seed-without-wmb",
    "pageslab-at-fault, S2",
    "pageslab-of-slab, seed",
    "kpageflags-with-reference, seed"
  })
  void noInterleavingBreaksAnInvariant(String scenario, String patch) {
    LincheckRun.of(scenario, patch).assertPasses();
  }

  /** The kernel's own bad-page check sees PG_slab in a page that is freed. */
  @ParameterizedTest
  @ValueSource(strings = {"pageslab-at-free", "pageslab-of-slab", "kpageflags-with-reference"})
  void seedWithoutClear_isABadPage(String scenario) {
    LincheckRun.of(scenario, "seed-without-clear").assertBreaks(BUG, "F12 page.flags");
  }

  @Test
  void pageSlabAtFault_liesInSomeInterleaving() {
    LincheckRun.of("pageslab-at-fault", "seed")
        .assertBreaks(LIE, "run(1, \"PageSlab\"): 1", "T4 page.flags");
  }

  /** pageslab-at-free as if nothing but the lie were forbidden: the twin that needs a switch. */
  @Test
  void pageSlabAtFree_liesInSomeInterleavingWithoutClear() {
    LincheckRun.of("pageslab-at-free", "seed-without-clear")
        .onlyFirstInvariant()
        .assertBreaks(LIE, "run(1, \"PageSlab\"): 1", "F11 page.mapping", "T4 page.flags");
  }
}
