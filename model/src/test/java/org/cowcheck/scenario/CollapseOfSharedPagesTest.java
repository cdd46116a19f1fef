package org.cowcheck.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.cowcheck.memory.RecordingCpu;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The parent does what the stories say: it writes in any case, and collapses what is its own. */
final class CollapseOfSharedPagesTest {

  private static long run(Scenario scenario, KernelState state) {
    Kernel kernel = new Kernel(Patch.of(state), Platform.GENERIC, Accesses.MARKED);
    return scenario.build(kernel).programs().get(0).body().applyAsLong(new RecordingCpu());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void sharedByHalf_itIsCollapsed(KernelState state) {
    long both = CollapseOfSharedPages.COLLAPSED | CollapseOfSharedPages.WRITTEN;
    assertEquals(both, run(CollapseOfSharedPages.LOWER, state));
    assertEquals(both, run(CollapseOfSharedPages.UPPER, state));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void sharedInFull_itIsNot(KernelState state) {
    assertEquals(CollapseOfSharedPages.WRITTEN, run(CollapseOfSharedPages.FULLY, state));
  }
}
