package org.cowcheck.finding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.cowcheck.patch.Accesses;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.verdict.Cause;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import org.junit.jupiter.api.Test;

/** Causes of scenarios of the catalogue. */
final class ExaminationTest {
  private static final String NO_SEQ = "S2-without-write-protect-seq";

  private static Cause cause(String scenario, String patch, String model) {
    Found found = Found.under(patch, model, scenario);
    Scenario of = found.catalogue().get(0);
    Cell cell =
        new Cell(of, found.patch(), Expectations.defaultPlatform(model), model, Accesses.MARKED);
    return Examination.of(cell, Found.BOUNDS, () -> false, !model.equals("sc"), Optional.empty())
        .get(0)
        .cause();
  }

  @Test
  void oneRace_isTheSameForReadersAndWriters() {
    assertTrue(
        cause("gup-fast-vs-fork", NO_SEQ, "sc")
            .isSame(cause("gup-fast-vs-fork-read-only", NO_SEQ, "sc")));
  }

  @Test
  void racesOfOneInvariant_areNotTheSame() {
    Cause small = cause("gup-fast-vs-fork", NO_SEQ, "sc");
    Cause huge = cause("gup-fast-vs-fork-pmd", NO_SEQ, "sc");
    assertEquals(small.broken(), huge.broken());
    assertFalse(small.isSame(huge), () -> small + "\n" + huge);
  }

  @Test
  void reorderingsOfOneInvariant_areNotTheSame() {
    Cause fork = cause("gup-fast-vs-fork", "S2", "lkmm");
    Cause ksm = cause("gup-fast-vs-ksm-same-pte", "S2", "lkmm");
    assertEquals(fork.broken(), ksm.broken());
    assertFalse(fork.isSame(ksm), () -> fork + "\n" + ksm);
    assertFalse(fork.isAlike(ksm), () -> fork + "\n" + ksm);
  }

  /** Store buffering: each CPU looks before it sees what the other has done. */
  @Test
  void theOrdersThatDecide_areThoseOfTheReport() {
    Cause cause = cause("gup-fast-vs-fork-pte-mapped-thp", "S2", "lkmm");
    assertEquals(
        "[C8 load compound_pincount before G11 store compound_pincount, "
            + "G21 load write_protect_seq before C2 store write_protect_seq]",
        cause.order().toString());
    assertFalse(cause.reordered().isEmpty());
  }

  @Test
  void invariants_areNamedWithoutPageAndReader() {
    assertEquals(
        "a pinned page lost its exclusivity",
        Cause.invariant("a pinned page lost its exclusivity (page[1], after CPU0 (C9) clear it)"));
    assertEquals(
        "a reader said slab, and the page was no slab page at any instant of the call",
        Cause.invariant(
            "PageSlab() said slab, and the page was no slab page at any instant of the call"));
    assertEquals(
        "a page has fewer references than mappings and pins",
        Cause.invariant("a page has fewer references than mappings and pins (page)"));
  }
}
