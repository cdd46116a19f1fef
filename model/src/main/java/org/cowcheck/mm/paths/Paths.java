package org.cowcheck.mm.paths;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.access.DirectIo;
import org.cowcheck.mm.access.HardwareWalk;
import org.cowcheck.mm.access.ThreadWrite;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.alloc.AddToLru;
import org.cowcheck.mm.alloc.DevicePage;
import org.cowcheck.mm.alloc.FreeTails;
import org.cowcheck.mm.alloc.HeldPage;
import org.cowcheck.mm.alloc.HugetlbFree;
import org.cowcheck.mm.alloc.PageAlloc;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.alloc.PageTableFree;
import org.cowcheck.mm.alloc.PteAlloc;
import org.cowcheck.mm.alloc.Slab;
import org.cowcheck.mm.daemon.CollapseAndFreePmd;
import org.cowcheck.mm.daemon.CollapseCopy;
import org.cowcheck.mm.daemon.CollapseHugePage;
import org.cowcheck.mm.daemon.CollapseIsolate;
import org.cowcheck.mm.daemon.CollapsePteMappedThp;
import org.cowcheck.mm.daemon.Ksm;
import org.cowcheck.mm.daemon.RetractPageTables;
import org.cowcheck.mm.fault.Fault;
import org.cowcheck.mm.fault.FileFault;
import org.cowcheck.mm.fault.HugeFault;
import org.cowcheck.mm.fault.HugeWriteFault;
import org.cowcheck.mm.fault.MmFault;
import org.cowcheck.mm.fault.ReuseAnonPage;
import org.cowcheck.mm.fault.ReuseLargeFolio;
import org.cowcheck.mm.fault.SwapIn;
import org.cowcheck.mm.fault.UnusePte;
import org.cowcheck.mm.fault.WriteFault;
import org.cowcheck.mm.fork.CopyHugePmd;
import org.cowcheck.mm.fork.CopyNonpresentPte;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.mm.gup.FollowTransHugePmd;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.gup.GupHugePmd;
import org.cowcheck.mm.gup.GupHugetlb;
import org.cowcheck.mm.gup.GupMustUnshare;
import org.cowcheck.mm.gup.SlowGup;
import org.cowcheck.mm.gup.TryGrabFolio;
import org.cowcheck.mm.gup.TryGrabPage;
import org.cowcheck.mm.gup.Unpin;
import org.cowcheck.mm.hugetlb.FollowHugePage;
import org.cowcheck.mm.hugetlb.FollowHugetlbPage;
import org.cowcheck.mm.hugetlb.HugePmdSharing;
import org.cowcheck.mm.hugetlb.HugetlbAccess;
import org.cowcheck.mm.hugetlb.HugetlbAlloc;
import org.cowcheck.mm.hugetlb.HugetlbFault;
import org.cowcheck.mm.hugetlb.HugetlbFork;
import org.cowcheck.mm.hugetlb.HugetlbMigrate;
import org.cowcheck.mm.hugetlb.HugetlbProtect;
import org.cowcheck.mm.hugetlb.HugetlbWp;
import org.cowcheck.mm.hugetlb.HugetlbZap;
import org.cowcheck.mm.migrate.DeviceExclusive;
import org.cowcheck.mm.migrate.FolioMigrate;
import org.cowcheck.mm.migrate.Migrate;
import org.cowcheck.mm.migrate.MigrateVma;
import org.cowcheck.mm.migrate.MigrateVmaCollect;
import org.cowcheck.mm.migrate.RemoveMigrationPte;
import org.cowcheck.mm.migrate.RestoreExclusivePte;
import org.cowcheck.mm.migrate.TryToMigrate;
import org.cowcheck.mm.mmap.FreePgtables;
import org.cowcheck.mm.mmap.MadviseFree;
import org.cowcheck.mm.mmap.MoveHugePmd;
import org.cowcheck.mm.mmap.MoveNormalPmd;
import org.cowcheck.mm.mmap.MovePtes;
import org.cowcheck.mm.mmap.Protect;
import org.cowcheck.mm.mmap.ProtectPmdRange;
import org.cowcheck.mm.mmap.UnmapMappingRange;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.mm.mmap.ZapHugePmd;
import org.cowcheck.mm.mmap.ZapPmdRange;
import org.cowcheck.mm.pfn.DumpReader;
import org.cowcheck.mm.pfn.HwPoison;
import org.cowcheck.mm.pfn.IsolateMovablePage;
import org.cowcheck.mm.pfn.KPageCount;
import org.cowcheck.mm.pfn.KPageFlags;
import org.cowcheck.mm.pfn.MemoryFailure;
import org.cowcheck.mm.rmap.AddAnonRmap;
import org.cowcheck.mm.rmap.AnonRmap;
import org.cowcheck.mm.rmap.CompoundRmap;
import org.cowcheck.mm.rmap.HugetlbRmap;
import org.cowcheck.mm.rmap.ShareAnonRmap;
import org.cowcheck.mm.swap.LazyFree;
import org.cowcheck.mm.swap.LazyFreeBatch;
import org.cowcheck.mm.swap.Pageout;
import org.cowcheck.mm.swap.RemoveMapping;
import org.cowcheck.mm.swap.SwapCache;
import org.cowcheck.mm.swap.SwapOut;
import org.cowcheck.mm.swap.SwapRead;
import org.cowcheck.mm.thp.FreezeParts;
import org.cowcheck.mm.thp.HugeSwapOut;
import org.cowcheck.mm.thp.MigrateHugePmd;
import org.cowcheck.mm.thp.SplitHugePage;
import org.cowcheck.mm.thp.SplitHugePmd;
import org.cowcheck.mm.thp.SplitPageLock;
import org.cowcheck.mm.userfaultfd.UffdContinue;
import org.cowcheck.mm.userfaultfd.UffdCopy;
import org.cowcheck.mm.userfaultfd.UffdMove;

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
        GupHugePmd.STEPS,
        GupMustUnshare.STEPS,
        Unpin.STEPS,
        Fork.STEPS,
        CopyNonpresentPte.STEPS,
        CopyHugePmd.STEPS,
        SplitHugePmd.STEPS,
        SplitPageLock.STEPS,
        CompoundRmap.STEPS,
        AddToLru.STEPS,
        SplitHugePage.STEPS,
        FreezeParts.STEPS,
        MoveHugePmd.STEPS,
        HugeSwapOut.STEPS,
        HardwareWalk.STEPS,
        HugeFault.STEPS,
        HugeWriteFault.STEPS,
        ReuseLargeFolio.STEPS,
        ZapHugePmd.STEPS,
        ZapPmdRange.STEPS,
        ProtectPmdRange.STEPS,
        MigrateHugePmd.STEPS,
        ShareAnonRmap.STEPS,
        Ksm.STEPS,
        SwapCache.STEPS,
        Migrate.STEPS,
        TryToMigrate.STEPS,
        FolioMigrate.STEPS,
        RemoveMigrationPte.STEPS,
        AddAnonRmap.STEPS,
        MigrateVmaCollect.STEPS,
        MigrateVma.STEPS,
        DevicePage.STEPS,
        DeviceExclusive.STEPS,
        RestoreExclusivePte.STEPS,
        HwPoison.STEPS,
        SwapOut.STEPS,
        LazyFree.STEPS,
        LazyFreeBatch.STEPS,
        Pageout.STEPS,
        RemoveMapping.STEPS,
        SwapIn.STEPS,
        SwapRead.STEPS,
        UnusePte.STEPS,
        WriteFault.STEPS,
        ReuseAnonPage.STEPS,
        Protect.STEPS,
        Zap.STEPS,
        MadviseFree.STEPS,
        DirectIo.STEPS,
        UffdMove.STEPS,
        UserAccess.STEPS,
        MmFault.STEPS,
        FileFault.STEPS,
        SlowGup.STEPS,
        TryGrabPage.STEPS,
        FollowTransHugePmd.STEPS,
        UffdContinue.STEPS,
        UffdCopy.STEPS,
        HeldPage.STEPS,
        ThreadWrite.STEPS,
        CollapseHugePage.STEPS,
        CollapseIsolate.STEPS,
        CollapseCopy.STEPS,
        RetractPageTables.STEPS,
        PageTableFree.STEPS,
        GupHugetlb.STEPS,
        HugetlbAlloc.STEPS,
        HugetlbRmap.STEPS,
        HugetlbFree.STEPS,
        HugetlbFork.STEPS,
        HugetlbFault.STEPS,
        HugetlbWp.STEPS,
        HugetlbZap.STEPS,
        FollowHugetlbPage.STEPS,
        HugetlbAccess.STEPS,
        CollapseAndFreePmd.STEPS,
        CollapsePteMappedThp.STEPS,
        UnmapMappingRange.STEPS,
        MoveNormalPmd.STEPS,
        MovePtes.STEPS,
        FreePgtables.STEPS,
        PteAlloc.STEPS,
        HugePmdSharing.STEPS,
        HugetlbMigrate.STEPS,
        FollowHugePage.STEPS,
        HugetlbProtect.STEPS);
  }
}
