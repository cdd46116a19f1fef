package org.cowcheck.finding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import java.util.stream.Collectors;
import org.cowcheck.client.ClientProgram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What programs shrink to. */
final class ShrinkingTest {
  private static final String NO_SEQ = "S2-without-write-protect-seq";
  private static final String PIN_LOST = "a pinned page lost its exclusivity (page)";

  private static Shrinking.Shrunk shrunk(
      String patch, String model, String program, String broken) {
    Found found = Found.under(patch, model);
    return new Shrinking(new Trials(Found.BOUNDS, () -> false))
        .shrink(
            new Sighting(
                ClientProgram.parse(program), found.cell(program), broken, Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exclusive:fork:pin-fast-write",
        "exclusive:pin-fast-write:fork",
        "exclusive:read:write+fork:pin-fast-write",
        "exclusive:pin-fast-write:read:write+fork",
        "exclusive:fork+child-zap:read:read+pin-fast-write"
      })
  void needlessOperationsAndCpus_areLeftOut(String program) {
    assertEquals(
        "exclusive:fork:pin-fast-write",
        shrunk(NO_SEQ, "sc", program, PIN_LOST).program().toString());
  }

  @Test
  void theStartBecomesTheSimplest_andTheModelTheStrongest() {
    Shrinking.Shrunk small = shrunk(NO_SEQ, "lkmm", "never-pinned:fork:pin-fast-write", PIN_LOST);
    assertEquals("exclusive:fork:pin-fast-write", small.program().toString());
    assertEquals("sc", small.cell().model());
  }

  @Test
  void aStartWithAnotherRace_isKept() {
    assertEquals(
        "pmd-mapped:fork:pin-fast-write",
        shrunk(NO_SEQ, "sc", "pmd-mapped:fork:pin-fast-write", PIN_LOST).program().toString());
  }

  @Test
  void aReordering_keepsItsModel() {
    Shrinking.Shrunk small =
        shrunk(
            "seed",
            "lkmm",
            "just-freed:put:pageslab",
            "a reader said slab, and the page was no slab page at any instant of the call (page)");
    assertEquals("lkmm", small.cell().model());
  }

  @Test
  void containedPrograms_haveFewerOperationsOrCpus() {
    ImmutableSet<ClientProgram> contained =
        Shrinking.contained(ClientProgram.parse("exclusive:fork+child-write:write"));
    assertEquals(
        ImmutableSet.of(
            "exclusive:fork",
            "exclusive:write",
            "exclusive:fork+child-write",
            "exclusive:write:fork",
            "exclusive:fork+write",
            "exclusive:write+fork",
            "exclusive:write+fork+child-write",
            "exclusive:fork+write+child-write",
            "exclusive:fork+child-write+write"),
        contained.stream().map(ClientProgram::toString).collect(Collectors.toSet()));
  }

  @Test
  void aProgramThatGoesWrongOtherwise_isNotSmaller() {
    Trials trials = new Trials(Found.BOUNDS, () -> false);
    Found found = Found.under(NO_SEQ, "sc");
    assertTrue(
        trials.breaks(
            found.cell("exclusive:fork:pin-fast-write"), PIN_LOST.replace(" (page)", "")));
    assertFalse(
        trials.breaks(
            found.cell("exclusive:fork:pin-fast-write"), "a VM_BUG_ON or bad-page check fired"));
    assertFalse(trials.breaks(found.cell("exclusive:fork"), PIN_LOST.replace(" (page)", "")));
  }
}
