package org.cowcheck.mm;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Steps;

/** Every kernel path of the model, for those who list or look up steps. */
public final class Paths {
  private Paths() {}

  /** All paths with their steps. */
  public static ImmutableList<Steps> all() {
    return ImmutableList.of(
        PageAlloc.STEPS,
        AnonRmap.STEPS,
        Fault.STEPS,
        PageFree.STEPS,
        Slab.STEPS,
        PageTests.STEPS,
        KPageFlags.STEPS,
        GupFast.STEPS,
        Unpin.STEPS,
        Fork.STEPS,
        ShareAnonRmap.STEPS,
        Ksm.STEPS,
        SwapOut.STEPS,
        SwapIn.STEPS,
        WriteFault.STEPS,
        Protect.STEPS,
        Zap.STEPS,
        MmFault.STEPS,
        FileFault.STEPS,
        FreeSwap.STEPS,
        SlowGup.STEPS,
        DirectIo.STEPS,
        UffdContinue.STEPS,
        HeldPage.STEPS,
        ThreadWrite.STEPS);
  }
}
