package org.cowcheck.mm.thp;

import static org.cowcheck.mm.PageFlag.PG_DOUBLE_MAP;
import static org.cowcheck.mm.PageFlag.PG_HEAD;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;
import static org.cowcheck.mm.PageFlag.bit;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.rmap.CompoundRmap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * split_huge_page_to_list(), __split_huge_page() and __split_huge_page_tail() of an anonymous huge
 * page (mm/huge_memory.c), S0 to S3: small pages take the place of the huge page. The caller has
 * locked it, holds a reference, and keeps both for one of the pages.
 *
 * <h2>The order</h2>
 *
 * Migration entries take the place of all its entries ({@link FreezeParts}), and with them its
 * mappings' references go. If nobody else has one the count is frozen to 0, so that GUP-fast can
 * take none; each tail gets its flags and its mapping, and then, after smp_wmb at SH9, its
 * compound_head goes, and its count becomes 1. Then the migration entries map what they name again.
 *
 * <p>Nothing orders SH10 before SH15, where the head can be had again: page_ref_inc() is relaxed,
 * and unlocking the lruvec before it orders nothing after it. SH15a as an added hunk is a release.
 * With CONFIG_NUMA_BALANCING there is a cmpxchg in between, fully ordered, for another purpose:
 * SH11a as an added hunk is that. It is not there without.
 *
 * <h2>PG_anon_exclusive of a tail</h2>
 *
 * That of a mapped tail is in its migration entry. That of a tail that is mapped no more is stale:
 * S2 and S3 drop it, and so does S1, whose mask of flags to clear is made with the number of the
 * bit and not with its mask (9: bits 0 and 3 are kept). SH6 as an added hunk is the mask that was
 * meant.
 *
 * <p>Left out: the swap cache, files; anon_vma; PG_has_hwpoisoned, the young and idle bits, index
 * and private; the list that reclaim collects on; memory cgroups.
 */
public final class SplitHugePage {
  public static final Steps STEPS = new Steps("split_huge_page_to_list");

  private static final Step MAY_SPLIT =
      STEPS.step(
          "SH1",
          "can_split_folio",
          "load all counts of mappings and _refcount: only the caller's?");
  private static final Step IRQ_OFF = STEPS.step("SH2", "split_huge_page_to_list", "IRQs off");
  private static final Step QUEUE_LOCK =
      STEPS.step("SH3", "split_huge_page_to_list", "take the lock of the deferred split queue");
  private static final Step FREEZE =
      STEPS.step("SH4", "page_ref_freeze", "_refcount from 1 to 0, or fail");
  private static final Step DEQUEUE =
      STEPS.step("SH4a", "split_huge_page_to_list", "off the deferred split queue, if on it");
  private static final Step QUEUE_UNLOCK =
      STEPS.step("SH4b", "split_huge_page_to_list", "drop the lock of the deferred split queue");
  private static final Step LRU_LOCK =
      STEPS.step("SH5", "__split_huge_page", "take the lruvec lock");
  private static final Step KEEP_EXCLUSIVE =
      STEPS.later(
          "SH6",
          "__split_huge_page_tail, S1 as it was meant",
          "keep PG_anon_exclusive of the tail");
  private static final Step TAIL_FLAGS =
      STEPS.step(
          "SH7",
          "__split_huge_page_tail",
          "VM_BUG_ON: mapped; flags of the tail: clear PAGE_FLAGS_CHECK_AT_PREP, add some of the"
              + " head's, not atomically");
  private static final Step TAIL_MAPPING =
      STEPS.step("SH8", "__split_huge_page_tail", "mapping of the tail becomes the head's");
  private static final Step TAIL_WMB =
      STEPS.step("SH9", "__split_huge_page_tail", "smp_wmb: flags before compound_head");
  private static final Step CLEAR_HEAD =
      STEPS.step("SH10", "clear_compound_head", "compound_head of the tail becomes 0");
  private static final Step UNFREEZE_TAIL =
      STEPS.step("SH11", "page_ref_unfreeze", "_refcount of the tail becomes 1: release");
  private static final Step CPUPID =
      STEPS.later(
          "SH11a",
          "page_cpupid_xchg_last, CONFIG_NUMA_BALANCING",
          "copy the last CPU from the head to the tail: a cmpxchg of flags");
  private static final Step TAIL_LRU =
      STEPS.step("SH12", "lru_add_page_tail", "set PG_lru of the tail, atomically");
  private static final Step CLEAR_COMPOUND =
      STEPS.step("SH13", "ClearPageCompound", "clear PG_head, atomically");
  private static final Step LRU_UNLOCK =
      STEPS.step("SH14", "__split_huge_page", "drop the lruvec lock");
  private static final Step UNFREEZE_HEAD =
      STEPS.step("SH15", "page_ref_inc", "_refcount of the head + 1");
  private static final Step RELEASE_HEAD =
      STEPS.later(
          "SH15a", "page_ref_unfreeze", "_refcount of the head becomes 1: release (later kernels)");
  private static final Step IRQ_ON = STEPS.step("SH16", "split_huge_page_to_list", "IRQs on");
  private static final Step UNLOCK_PART =
      STEPS.step("SH17", "__split_huge_page", "unlock the page: clear PG_locked");
  private static final Step PUT_PART =
      STEPS.step("SH18", "__split_huge_page", "drop its reference: the last one?");

  /** Flags of the head that its tails get. */
  private static final long INHERITED =
      bit(PageFlag.PG_REFERENCED)
          | bit(PageFlag.PG_SWAPBACKED)
          | bit(PG_SWAPCACHE)
          | bit(PageFlag.PG_MLOCKED)
          | bit(PageFlag.PG_UPTODATE)
          | bit(PageFlag.PG_ACTIVE)
          | bit(PG_LOCKED)
          | bit(PageFlag.PG_UNEVICTABLE)
          | bit(PageFlag.PG_DIRTY);

  private final Kernel kernel;
  private final PageFree free;
  private final SplitHugePmd splitPmd;
  private final FreezeParts parts;

  /**
   * Splitting under a kernel.
   *
   * @param splitPmd splits PMD entries
   * @param free takes back references
   */
  public SplitHugePage(Kernel kernel, SplitHugePmd splitPmd, PageFree free) {
    this.kernel = kernel;
    this.free = free;
    this.splitPmd = splitPmd;
    this.parts = new FreezeParts(kernel, free);
  }

  /**
   * Splits the huge page that a page is part of.
   *
   * @param page the page for which the caller keeps lock and reference
   * @param tables every table, in place or deposited, that may map it
   * @return whether it is split; if not it is mapped as before, by PTEs
   */
  public boolean split(Cpu cpu, Mm mm, Page page, PageTable... tables) {
    return split(cpu, mm, page, ImmutableList.copyOf(tables));
  }

  private boolean split(Cpu cpu, Mm mm, Page page, ImmutableList<PageTable> tables) {
    PageBlock block = page.block();
    Page head = block.head();
    if (!maySplit(cpu, block)) {
      return false;
    }
    for (PageTable table : tables) {
      splitPmd.splitAndFreeze(cpu, mm, table, head);
      if (!parts.tryToMigrate(cpu, mm, table, block)) {
        break;
      }
    }
    cpu.at(IRQ_OFF).local_irq_save();
    cpu.at(QUEUE_LOCK).spin_lock(block.splitQueueLock());
    boolean frozen = cpu.at(FREEZE).cmpxchg(head.refcount(), 1, 0) == 1;
    if (frozen && cpu.at(DEQUEUE).read_plain_in_source(block.deferredList()) != 0) {
      cpu.write_plain_in_source(block.deferredList(), 0);
    }
    cpu.at(QUEUE_UNLOCK).spin_unlock(block.splitQueueLock());
    if (frozen) {
      splitFrozen(cpu, block);
    }
    cpu.at(IRQ_ON).local_irq_restore();
    for (PageTable table : tables) {
      parts.removeMigrationPtes(cpu, table, block);
    }
    if (frozen) {
      putOthers(cpu, block, page);
    }
    return frozen;
  }

  /** can_split_folio(), a first look: total_mapcount() and the caller's reference. */
  private static boolean maySplit(Cpu cpu, PageBlock block) {
    long mapped = cpu.at(MAY_SPLIT).atomic_read(block.compoundMapcount()) + 1;
    for (Page part : block.pages()) {
      mapped += cpu.atomic_read(part.mapcount()) + 1;
    }
    if (cpu.test_bit(PG_DOUBLE_MAP, CompoundRmap.doubleMap(block.head()))) {
      mapped -= block.size();
    }
    return mapped == cpu.atomic_read(block.head().refcount()) - 1;
  }

  private void splitFrozen(Cpu cpu, PageBlock block) {
    Page head = block.head();
    cpu.at(LRU_LOCK).spin_lock(free.lruLock());
    for (int i = block.size() - 1; i >= 1; i--) {
      splitTail(cpu, head, block.pages().get(i));
    }
    cpu.at(CLEAR_COMPOUND).clear_bit(PG_HEAD, head.flags());
    cpu.at(LRU_UNLOCK).spin_unlock(free.lruLock());
    if (kernel.adds(RELEASE_HEAD)) {
      cpu.at(RELEASE_HEAD).atomic_set_release(head.refcount(), 1);
    } else {
      cpu.at(UNFREEZE_HEAD).atomic_inc(head.refcount());
    }
  }

  private void splitTail(Cpu cpu, Page head, Page tail) {
    Word flags = tail.flags();
    cpu.VM_BUG_ON(cpu.at(TAIL_FLAGS).atomic_read(tail.mapcount()) != -1);
    cpu.and_plain_in_source(flags, ~cleared());
    cpu.or_plain_in_source(flags, cpu.read_plain_in_source(head.flags()) & INHERITED);
    long mapping = cpu.at(TAIL_MAPPING).read_plain_in_source(head.mapping());
    cpu.write_plain_in_source(tail.mapping(), mapping);
    cpu.at(TAIL_WMB).smp_wmb();
    cpu.at(CLEAR_HEAD).WRITE_ONCE(tail.compoundHead(), 0);
    cpu.at(UNFREEZE_TAIL).atomic_set_release(tail.refcount(), 1);
    if (kernel.adds(CPUPID)) {
      long old = cpu.at(CPUPID).READ_ONCE(flags);
      cpu.cmpxchg(flags, old, old);
    }
    cpu.at(TAIL_LRU).set_bit(PG_LRU, flags);
  }

  /** The flags that a tail loses. */
  private long cleared() {
    if (kernel.state() != KernelState.S1) {
      return PageFlag.CHECK_AT_PREP;
    }
    int exclusive = PageFlag.anonExclusive(kernel);
    return PageFlag.CHECK_AT_PREP & ~(kernel.adds(KEEP_EXCLUSIVE) ? bit(exclusive) : exclusive);
  }

  private void putOthers(Cpu cpu, PageBlock block, Page kept) {
    for (Page part : block.pages()) {
      if (!part.equals(kept)) {
        cpu.at(UNLOCK_PART).clear_bit_unlock(PG_LOCKED, part.flags());
        free.putPage(cpu.at(PUT_PART), part);
      }
    }
  }
}
