package org.cowcheck.mm.alloc;

import static org.cowcheck.mm.PageFlag.GHOST_SLAB;
import static org.cowcheck.mm.PageFlag.PG_SLAB;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.HardwareCpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Note;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.fault.Fault;
import org.cowcheck.mm.pfn.KPageFlags;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Kernels;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What allocation as anonymous and as slab leaves behind, and what PageSlab() then says. */
final class PageKindsTest {
  private final Memory memory = new Memory();
  private final Page page = Page.free(memory, "page");
  private final PageTable table = PageTable.of(memory, "mm", 0);
  private final HardwareCpu hardware = new HardwareCpu();

  private static Kernel kernel(KernelState state) {
    return new Kernel(Patch.of(state), Platform.GENERIC, Accesses.MARKED);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aFaultedPageIsMappedAnonymousAndNoSlab(KernelState state) {
    Kernel kernel = kernel(state);
    Cpu cpu = kernel.boot(hardware);
    PageFree free = new PageFree(kernel, memory.spinlock("lruvec.lock"));
    assertTrue(new Fault(kernel).doAnonymousPage(cpu, table, FreeList.of(page), free));
    long exclusive = state.hasAnonExclusive() ? bit(PageFlag.anonExclusive(Kernels.of(state))) : 0;
    assertEquals(
        bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | exclusive, HardwareCpu.finalValue(page.flags()));
    assertEquals(Page.ANON_VMA, HardwareCpu.finalValue(page.mapping()));
    assertEquals(Pte.writable(page), HardwareCpu.finalValue(table.pte()));
    assertEquals(0, HardwareCpu.finalValue(page.mapcount()));
    assertFalse(PageTests.pageSlab(kernel, cpu, page));
    assertFalse(PageTests.folioTestSlab(kernel, cpu, page));
    assertEquals(
        KPageFlags.KPF_ANON | KPageFlags.KPF_MMAP,
        new KPageFlags(kernel).stablePageFlags(cpu, page));
    assertEquals(ImmutableList.of(), hardware.notes());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aFaultOnATakenEntryFreesThePageAgain(KernelState state) {
    Kernel kernel = kernel(state);
    Cpu cpu = kernel.boot(hardware);
    PageFree free = new PageFree(kernel, memory.spinlock("lruvec.lock"));
    cpu.WRITE_ONCE(table.pte(), Pte.PRESENT);
    assertFalse(new Fault(kernel).doAnonymousPage(cpu, table, FreeList.of(page), free));
    assertEquals(0, HardwareCpu.finalValue(page.flags()));
    assertEquals(0, HardwareCpu.finalValue(page.refcount()));
    assertEquals(Pte.PRESENT, HardwareCpu.finalValue(table.pte()));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aSlabPageIsSlabUntilItIsFreed(KernelState state) {
    Kernel kernel = kernel(state);
    Cpu cpu = kernel.boot(hardware);
    Slab slab = new Slab(kernel);
    slab.allocSlabPage(cpu, FreeList.of(page));
    assertEquals(bit(PG_SLAB) | bit(GHOST_SLAB), HardwareCpu.finalValue(page.flags()));
    assertTrue(PageTests.pageSlab(kernel, cpu, page));
    assertTrue(PageTests.folioTestSlab(kernel, cpu, page));
    assertEquals(KPageFlags.KPF_SLAB, new KPageFlags(kernel).stablePageFlags(cpu, page));
    assertTrue(slab.freeSlab(cpu, page, new PageFree(kernel, memory.spinlock("lruvec.lock"))));
    assertEquals(0, HardwareCpu.finalValue(page.flags()));
    assertEquals(0, HardwareCpu.finalValue(page.mapping()));
    assertEquals(ImmutableList.of(), hardware.notes());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void anAnonymousPageMadeSlabIsCaught(KernelState state) {
    Kernel kernel = kernel(state);
    Cpu cpu = kernel.boot(hardware);
    cpu.WRITE_ONCE(page.mapping(), Page.ANON_VMA);
    new Slab(kernel).allocSlabPage(cpu, FreeList.of(page));
    assertEquals(Note.BUG, hardware.notes().get(0).name());
  }
}
