package org.cowcheck.user;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.daemon.Ksm;
import org.cowcheck.mm.swap.SwapOut;
import org.cowcheck.mm.thp.SplitHugePage;
import org.cowcheck.mm.thp.SplitHugePmd;
import org.cowcheck.patch.Kernel;

/**
 * What kernel threads do to the memory of a process, unasked: page reclaim, KSM, and the split of a
 * huge page. Each takes a reference of the page first, and drops it in the end.
 *
 * <p>Page reclaim leaves the KSM page alone, which others map, too.
 *
 * @param memory knows the pages that entries name
 * @param table where the page is mapped, or the huge page with this table deposited
 * @param childTable where a child may map it; null if there is none
 * @param slot where page reclaim writes it
 * @param ksmPage what KSM merges it with
 */
public record KernelThreads(
    Kernel kernel,
    Memory memory,
    PageTable table,
    PageTable childTable,
    SwapSlot slot,
    Page ksmPage) {
  public static final Steps STEPS = new Steps("kernel thread");

  private static final Step ISOLATE =
      STEPS.step("KT1", "isolate_lru_page, follow_page", "take a reference of the page");
  private static final Step PUT = STEPS.step("KT2", "put_page", "drop the reference");
  private static final Step GET_KSM =
      STEPS.step("KT3", "get_ksm_page", "take a reference of the KSM page");
  private static final Step MMAP_LOCK =
      STEPS.step("KT4", "try_to_merge_with_ksm_page", "take mmap_lock for reading");
  private static final Step MMAP_UNLOCK =
      STEPS.step("KT5", "try_to_merge_with_ksm_page", "drop mmap_lock");
  private static final Step LOCK =
      STEPS.step("KT6", "deferred_split_scan", "trylock the page: test and set PG_locked");
  private static final Step IS_HUGE =
      STEPS.step("KT7", "deferred_split_scan", "load flags: still a huge page?");
  private static final Step UNLOCK =
      STEPS.step("KT8", "deferred_split_scan", "unlock the page: clear PG_locked");

  /**
   * A kernel thread.
   *
   * @param cpu one on which the kernel is booted
   * @param mm the process, with a lock of this CPU
   * @param free takes back references
   */
  public record OnCpu(Cpu cpu, Mm mm, PageFree free) {}

  /** Takes a reference of the page that is mapped; null if there is none that may be had. */
  public Page isolate(OnCpu thread) {
    Cpu cpu = thread.cpu();
    long pte = cpu.at(ISOLATE).READ_ONCE(table.pte());
    if (!Pte.present(pte)) {
      return null;
    }
    Page page = Pte.page(memory, pte);
    return !page.equals(ksmPage) && cpu.atomic_add_unless(page.refcount(), 1, 0) ? page : null;
  }

  /** Writes a page to the slot, which must be free, and unmaps it; whether it is gone. */
  public boolean swapOut(OnCpu kswapd, Page isolated) {
    boolean swapped =
        new SwapOut(kernel, kswapd.free())
            .shrinkPage(kswapd.cpu(), kswapd.mm(), table, isolated, slot);
    kswapd.free().putPage(kswapd.cpu().at(PUT), isolated);
    return swapped;
  }

  /** Maps the KSM page, if the page that is mapped has the same contents; whether it does. */
  public boolean merge(OnCpu ksmd) {
    Page page = isolate(ksmd);
    if (page == null) {
      return false;
    }
    Cpu cpu = ksmd.cpu();
    cpu.at(GET_KSM).atomic_inc(ksmPage.refcount());
    cpu.at(MMAP_LOCK).spin_lock(ksmd.mm().mmapLock());
    boolean merged = new Ksm(kernel).merge(cpu, ksmd.mm(), table, page, ksmPage, ksmd.free());
    cpu.at(MMAP_UNLOCK).spin_unlock(ksmd.mm().mmapLock());
    ksmd.free().putPage(cpu.at(PUT), ksmPage);
    ksmd.free().putPage(cpu.at(PUT), page);
    return merged;
  }

  /** Splits the huge page, if it is still one; whether it did. Nothing keeps fork or zap away. */
  public boolean split(OnCpu thread, Page head) {
    Cpu cpu = thread.cpu();
    if (!cpu.at(ISOLATE).atomic_add_unless(head.refcount(), 1, 0)) {
      return false;
    }
    boolean split = false;
    if (!cpu.at(LOCK).test_and_set_bit_lock(PageFlag.PG_LOCKED, head.flags())) {
      SplitHugePmd splitPmd = new SplitHugePmd(kernel, memory, thread.free());
      split =
          cpu.at(IS_HUGE).test_bit(PageFlag.PG_HEAD, head.flags())
              && new SplitHugePage(kernel, splitPmd, thread.free())
                  .split(cpu, thread.mm(), head, tables());
      cpu.at(UNLOCK).clear_bit_unlock(PageFlag.PG_LOCKED, head.flags());
    }
    thread.free().putPage(cpu.at(PUT), head);
    return split;
  }

  private PageTable[] tables() {
    return childTable == null ? new PageTable[] {table} : new PageTable[] {table, childTable};
  }
}
