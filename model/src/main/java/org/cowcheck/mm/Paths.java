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
        FreeTails.STEPS,
        Slab.STEPS,
        PageTests.STEPS,
        KPageFlags.STEPS,
        KPageCount.STEPS,
        MemoryFailure.STEPS,
        IsolateMovablePage.STEPS,
        DumpReader.STEPS,
        GupFast.STEPS,
        TryGrabFolio.STEPS,
        GupMustUnshare.STEPS,
        Unpin.STEPS,
        Fork.STEPS,
        ShareAnonRmap.STEPS,
        Ksm.STEPS,
        SwapCache.STEPS,
        SwapOut.STEPS,
        LazyFree.STEPS,
        Pageout.STEPS,
        RemoveMapping.STEPS,
        SwapIn.STEPS,
        UnusePte.STEPS,
        WriteFault.STEPS,
        Protect.STEPS,
        Zap.STEPS,
        MadviseFree.STEPS,
        DirectIo.STEPS,
        UffdMove.STEPS,
        UserAccess.STEPS,
        MmFault.STEPS,
        FileFault.STEPS,
        SlowGup.STEPS,
        UffdContinue.STEPS,
        HeldPage.STEPS,
        ThreadWrite.STEPS,
        CollapseHugePage.STEPS,
        CollapseIsolate.STEPS,
        CollapseCopy.STEPS,
        HugeAnonRmap.STEPS,
        RetractPageTables.STEPS,
        ZapHugePmd.STEPS,
        PageTableFree.STEPS);
  }
}
