package org.cowcheck.client;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.MmapLock;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.daemon.CollapsePteMappedThp;
import org.cowcheck.mm.daemon.RetractPageTables;
import org.cowcheck.mm.fault.MmFault.Access;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.hugetlb.HugePmdSharing;
import org.cowcheck.mm.hugetlb.HugetlbFault;
import org.cowcheck.mm.hugetlb.HugetlbZap;
import org.cowcheck.mm.mmap.MoveNormalPmd;
import org.cowcheck.mm.mmap.UnmapMappingRange;
import org.cowcheck.patch.Kernel;

/**
 * What a CPU does to the mapping of a file, in one run of a client program.
 *
 * <p>khugepaged is one thread, but what it does MADV_COLLAPSE and uprobes do, too; who finds the
 * huge page locked leaves it. Left out: faults on the file, and sharing a table again.
 */
final class FileCpu {
  static final Steps STEPS = new Steps("client program with a file");

  private static final Step MMAP_LOCK =
      STEPS.step("CF1", "the caller of the path", "take mmap_lock for writing");
  private static final Step MMAP_UNLOCK =
      STEPS.step("CF2", "the caller of the path", "drop mmap_lock");
  private static final Step WALK =
      STEPS.step("CF3", "huge_pte_offset", "load the PUD entry: a table?");

  private static final Step LOCK =
      STEPS.step("CF4", "collapse_file", "the huge page is locked: test and set PG_locked");
  private static final Step UNLOCK =
      STEPS.step("CF5", "collapse_file", "unlock the huge page: clear PG_locked");

  private final Kernel kernel;
  private final Memory memory;
  private final Ground ground;
  private final FileGround file;
  private final int number;
  private final Cpu cpu;
  private final FreeList pages;
  private final PageFree free;

  FileCpu(Kernel kernel, Memory memory, Ground ground, int number, Cpu cpu, FreeList pages) {
    this.kernel = kernel;
    this.memory = memory;
    this.ground = ground;
    this.file = ground.file;
    this.number = number;
    this.cpu = cpu;
    this.pages = pages;
    this.free = ground.machine.free.onto(pages);
  }

  private Mm mm() {
    return ground.mm.reader(number);
  }

  /** GUP-fast through a table of PMD entries. */
  Page pinFast(boolean write) {
    return new GupFast(kernel, memory, free).pinFastBelowPud(cpu, mm(), ground.table, write);
  }

  private boolean hasTable(PageTable table) {
    return Pte.isTable(cpu.at(WALK).READ_ONCE(table.pmd()));
  }

  /** mprotect() or the like of hugetlb, which wants a table of its own. */
  long unshareTable() {
    Mm mm = mm();
    MmapLock.writeLock(cpu.at(MMAP_LOCK), mm);
    boolean was =
        hasTable(ground.table)
            && new HugePmdSharing(kernel).unshare(cpu, mm, ground.table, file.shared);
    MmapLock.writeUnlock(cpu.at(MMAP_UNLOCK), mm);
    return ClientCpu.one(was);
  }

  /**
   * munmap() of the file, mmap() of private memory there, and a write to it. Who still shares the
   * table leaves it at munmap(); that a new one comes in its place is left out.
   */
  long childRemap() {
    Mm mm = ground.childMm.reader(number);
    MmapLock.writeLock(cpu.at(MMAP_LOCK), mm);
    boolean keepsTable =
        hasTable(ground.childTable)
            && !new HugePmdSharing(kernel).unshare(cpu, mm, ground.childTable, file.shared);
    if (keepsTable) {
      HugetlbVma mapped = HugetlbVma.inTable(mm, ground.childTable, ground.faultMutex);
      new HugetlbZap(kernel, memory, free).unmapHugepageRange(cpu, mapped);
    }
    MmapLock.writeUnlock(cpu.at(MMAP_UNLOCK), mm);
    if (!keepsTable) {
      return 0;
    }
    HugetlbVma own = HugetlbVma.inTable(mm, ground.childTable, file.privateMutex);
    new HugetlbFault(kernel, memory, free).handle(cpu, own, Access.WRITE, pages);
    return 1;
  }

  /** retract_page_tables(), at the end of collapse_file(), which has the huge page locked. */
  long retract() {
    if (cpu.at(LOCK).test_and_set_bit_lock(PageFlag.PG_LOCKED, file.page.flags())) {
      return 0;
    }
    boolean retracted =
        new RetractPageTables(kernel, memory)
            .retract(cpu, file.mapping, mm(), ground.table.above());
    cpu.at(UNLOCK).clear_bit_unlock(PageFlag.PG_LOCKED, file.page.flags());
    return ClientCpu.one(retracted);
  }

  /** khugepaged_collapse_pte_mapped_thps(), which has looked the huge page up. */
  long collapseMapped() {
    return ClientCpu.one(
        new CollapsePteMappedThp(kernel, memory, free)
            .collapse(cpu, file.mapping, mm(), ground.table.above(), file.page.block()));
  }

  /** unmap_mapping_range(). */
  long truncate() {
    UnmapMappingRange unmap = new UnmapMappingRange(kernel, memory, free);
    int unmapped = unmap.unmap(cpu, file.mapping, mm(), ground.table.above());
    if (ground.moved != null) {
      unmapped += unmap.unmap(cpu, file.mapping, mm(), ground.moved.above());
    }
    return unmapped;
  }

  /** mremap() of what is below the PMD entry. */
  long mremap() {
    return ClientCpu.one(
        new MoveNormalPmd(kernel, file.frame0)
            .mremap(cpu, file.mapping, mm(), ground.table.above(), ground.moved.above()));
  }
}
