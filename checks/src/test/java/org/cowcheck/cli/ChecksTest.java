package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.cowcheck.explore.Bounds;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Platform;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Verdict;
import org.junit.jupiter.api.Test;

/** Cells side by side. */
final class ChecksTest {
  private static final Cell CELL =
      new Cell(
          Names.scenario("kpageflags-at-free"),
          Names.patch("seed"),
          Platform.GENERIC,
          "lkmm",
          Accesses.MARKED);

  @Test
  void whatIsInterruptedIsUnknown() throws InterruptedException {
    List<Outcome> outcomes =
        new Checks(Bounds.NONE, 2, new ProgressLine(System.err), () -> true)
            .run(List.of(CELL, CELL));
    for (Outcome outcome : outcomes) {
      assertEquals(Verdict.UNKNOWN, outcome.verdict());
      assertEquals("interrupted", outcome.stopped());
      assertEquals(0, outcome.executions());
    }
  }

  @Test
  void outcomesDoNotDependOnWhatRunsBeside() throws InterruptedException {
    List<Outcome> outcomes =
        new Checks(Bounds.NONE, 2, new ProgressLine(System.err), () -> false)
            .run(List.of(CELL, CELL, CELL));
    for (Outcome outcome : outcomes) {
      assertEquals(outcomes.get(0).executions(), outcome.executions());
      assertEquals(Verdict.SOMETIMES, outcome.verdict());
      assertEquals(outcomes.get(0).recording(), outcome.recording());
    }
  }
}
