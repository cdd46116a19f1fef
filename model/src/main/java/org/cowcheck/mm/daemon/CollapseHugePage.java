package org.cowcheck.mm.daemon;

import static org.cowcheck.mm.PageFlag.PG_UPTODATE;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.ArchPmd;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.MmapLock;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pmd;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.AddToLru;
import org.cowcheck.mm.alloc.PageAlloc;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.rmap.CompoundRmap;
import org.cowcheck.patch.Kernel;

/**
 * collapse_huge_page() (mm/khugepaged.c), S0 to S3: the anonymous pages that a page table maps are
 * copied into one huge page.
 *
 * <h2>GUP-fast</h2>
 *
 * A GUP-fast that has loaded the PMD entry before it is cleared at KH4 walks on in a page table
 * that is out of reach for everybody else. Until v6.1 the IPI of the flush was to wait for it,
 * which only some architectures send. Since 70cbc3cc78a9 GUP-fast looks at the PMD entry again once
 * it has its reference (G13), and the reference count is looked at after KH4. Since 2ba99c5e0881
 * KH6 waits for it in any case, because the page table may be freed or used again.
 *
 * <p>Left out: the scan that decides whether to collapse, which looks at what the isolation looks
 * at; swapping in; vmas, the anon_vma lock and MMU notifiers. The list of deposited page tables:
 * the table of a PMD entry is deposited with it and withdrawn from it.
 */
public final class CollapseHugePage {
  public static final Steps STEPS = new Steps("collapse_huge_page");

  private static final Step MMAP_LOCK =
      STEPS.step("KH1", "collapse_huge_page", "take mmap_lock for writing");
  private static final Step STILL_VALID =
      STEPS.step("KH2", "check_pmd_still_valid", "load the PMD entry: a page table?");
  private static final Step LOCK = STEPS.step("KH3", "collapse_huge_page", "take the PMD lock");
  private static final Step CLEAR_PMD =
      STEPS.step("KH4", "pmdp_collapse_flush", "clear the PMD entry, flush the TLB");
  private static final Step UNLOCK = STEPS.step("KH5", "collapse_huge_page", "drop the PMD lock");
  private static final Step SYNC =
      STEPS.hunk(
          "KH6", "tlb_remove_table_sync_one, S3", "not x86: wait for all sections from G3 to G20");
  private static final Step PT_LOCK = STEPS.step("KH7", "collapse_huge_page", "take the PT lock");
  private static final Step PT_UNLOCK =
      STEPS.step("KH20", "collapse_huge_page", "drop the PT lock");
  private static final Step BACK_LOCK =
      STEPS.step("KH21", "collapse_huge_page", "given up: take the PMD lock");
  private static final Step BACK_NONE =
      STEPS.step("KH22", "collapse_huge_page", "given up: BUG_ON: the PMD entry is not none");
  private static final Step BACK_POPULATE =
      STEPS.step("KH23", "pmd_populate", "given up: store the PMD entry: the page table");
  private static final Step BACK_UNLOCK =
      STEPS.step("KH24", "collapse_huge_page", "given up: drop the PMD lock");
  private static final Step UPTODATE =
      STEPS.step("KH40", "__SetPageUptodate", "smp_wmb, set PG_uptodate, not atomically");
  private static final Step INSTALL_LOCK =
      STEPS.step("KH41", "collapse_huge_page", "take the PMD lock");
  private static final Step INSTALL_NONE =
      STEPS.step("KH42", "collapse_huge_page", "BUG_ON: the PMD entry is not none");
  private static final Step SET_PMD =
      STEPS.step("KH48", "set_pmd_at", "store the PMD entry: the huge page, writable");
  private static final Step INSTALL_UNLOCK =
      STEPS.step("KH49", "collapse_huge_page", "drop the PMD lock");
  private static final Step MMAP_UNLOCK =
      STEPS.step("KH50", "collapse_huge_page", "drop mmap_lock");
  private static final Step PUT =
      STEPS.step("KH51", "collapse_huge_page", "given up: put the huge page");

  private final Kernel kernel;
  private final Arch arch;
  private final ArchPmd archPmd;
  private final Memory memory;
  private final PageFree free;
  private final CollapseIsolate isolate;
  private final CollapseCopy copy;

  /**
   * Collapsing under a kernel.
   *
   * @param memory knows the tables and pages that entries name
   * @param free frees pages whose last reference is dropped
   */
  public CollapseHugePage(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.archPmd = new ArchPmd(kernel);
    this.memory = memory;
    this.free = free;
    this.isolate = new CollapseIsolate(memory, free);
    this.copy = new CollapseCopy(kernel, memory, free);
  }

  /**
   * Collapses what lies below a PMD entry of a writable mapping.
   *
   * @param size the number of entries of a page table
   * @param pages the free pages of this CPU
   * @return the head of the huge page that is mapped now, or null
   */
  public Page collapse(Cpu cpu, Mm mm, Pmd pmd, int size, FreeList pages) {
    Page huge = PageAlloc.allocPages(cpu, pages, size);
    MmapLock.writeLock(cpu.at(MMAP_LOCK), mm);
    boolean collapsed = false;
    if (Pte.isTable(cpu.at(STILL_VALID).read_plain_in_source(pmd.entry()))) {
      collapsed = collapseInto(cpu, mm, pmd, huge);
    }
    MmapLock.writeUnlock(cpu.at(MMAP_UNLOCK), mm);
    if (!collapsed) {
      free.putPage(cpu.at(PUT), huge);
    }
    return collapsed ? huge : null;
  }

  private boolean collapseInto(Cpu cpu, Mm mm, Pmd pmd, Page huge) {
    cpu.at(LOCK).spin_lock(pmd.lock());
    long old = archPmd.collapseFlush(cpu.at(CLEAR_PMD), mm, pmd.entry());
    cpu.at(UNLOCK).spin_unlock(pmd.lock());
    if (kernel.has(SYNC)) {
      arch.tlbRemoveTableSyncOne(cpu.at(SYNC));
    }
    if (!Pte.isTable(old)) {
      cpu.VM_BUG_ON(true);
      return false;
    }
    PageTable table = memory.object(Pte.address(old), PageTable.class);
    cpu.at(PT_LOCK).spin_lock(table.lock());
    boolean isolated = isolate.isolate(cpu, table);
    cpu.at(PT_UNLOCK).spin_unlock(table.lock());
    if (isolated) {
      copy.copy(cpu, table, huge);
      install(cpu, pmd, huge);
    } else {
      putBack(cpu, pmd, old);
    }
    return isolated;
  }

  private void putBack(Cpu cpu, Pmd pmd, long old) {
    cpu.at(BACK_LOCK).spin_lock(pmd.lock());
    cpu.at(BACK_NONE);
    cpu.VM_BUG_ON(cpu.read_plain_in_source(pmd.entry()) != 0);
    archPmd.populate(cpu.at(BACK_POPULATE), pmd.entry(), old);
    cpu.at(BACK_UNLOCK).spin_unlock(pmd.lock());
  }

  private void install(Cpu cpu, Pmd pmd, Page huge) {
    cpu.at(UPTODATE).smp_wmb();
    cpu.__set_bit(PG_UPTODATE, huge.flags());
    cpu.at(INSTALL_LOCK).spin_lock(pmd.lock());
    cpu.at(INSTALL_NONE);
    cpu.VM_BUG_ON(cpu.read_plain_in_source(pmd.entry()) != 0);
    CompoundRmap.addNew(kernel, cpu, huge);
    AddToLru.folioAddLru(kernel, cpu, huge, free);
    cpu.at(SET_PMD).WRITE_ONCE(pmd.entry(), Pte.writable(huge) | Pte.HUGE);
    cpu.at(INSTALL_UNLOCK).spin_unlock(pmd.lock());
  }
}
