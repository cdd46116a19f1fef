package org.cowcheck.mm.rmap;

import static org.cowcheck.mm.PageFlag.PG_DOUBLE_MAP;
import static org.cowcheck.mm.PageFlag.PG_HEAD;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTests;
import org.cowcheck.patch.Kernel;

/**
 * The counts of mappings of a huge page: page_add_new_anon_rmap(), page_add_anon_rmap() and
 * page_remove_rmap(), for its PMD mappings and for those of its parts (mm/rmap.c), and
 * deferred_split_huge_page() (mm/huge_memory.c), S0 to S3.
 *
 * <p>A page that PMDs and PTEs map at once has PG_double_map, and one mapping more of each part, so
 * that the last PMD mapping that goes finds out which parts are still mapped.
 *
 * <p>Left out: statistics, memory cgroups, mlock; that PageCompound() is asked of a small page when
 * its last mapping goes; the shrinker that walks the deferred split queue.
 */
public final class CompoundRmap {
  public static final Steps STEPS = new Steps("compound rmap");

  private static final Step SWAPBACKED =
      STEPS.step("RH1", "page_add_new_anon_rmap", "set PG_swapbacked, not atomically");
  private static final Step COUNTS =
      STEPS.step(
          "RH2", "page_add_new_anon_rmap", "compound_mapcount becomes 0, compound_pincount 0");
  private static final Step MAPPING =
      STEPS.step("RH3", "__page_set_anon_rmap", "PageAnon already? else store mapping");
  private static final Step EXCLUSIVE =
      STEPS.step(
          "RH4",
          "SetPageAnonExclusive, S1 to S3",
          "VM_BUG_ON: not anon, or KSM; set PG_anon_exclusive of the head, atomically");
  private static final Step ADD =
      STEPS.step("RH5", "page_add_anon_rmap", "compound_mapcount + 1: the first?");
  private static final Step ADD_CHECK =
      STEPS.step(
          "RH6",
          "page_add_anon_rmap, S1 to S3",
          "VM_BUG_ON: RMAP_EXCLUSIVE or PG_anon_exclusive, and not the first");
  private static final Step REMOVE =
      STEPS.step("RH7", "page_remove_anon_compound_rmap", "compound_mapcount - 1: the last?");
  private static final Step CLEAR_DOUBLE_MAP =
      STEPS.step(
          "RH8",
          "page_remove_anon_compound_rmap",
          "the last: test and clear PG_double_map; if it was set, _mapcount of each part - 1");
  private static final Step IS_COMPOUND =
      STEPS.step("RH9", "page_remove_rmap", "the last of a part: PageTransCompound?");
  private static final Step MAY_QUEUE =
      STEPS.step(
          "RH10",
          "deferred_split_huge_page",
          "PG_swapcache? on the queue already? then nothing to do");
  private static final Step QUEUE =
      STEPS.step(
          "RH11", "deferred_split_huge_page", "under its lock: onto the queue, if still off it");

  private CompoundRmap() {}

  /** page_add_new_anon_rmap() of a huge page that a PMD entry is to map. */
  public static void addNew(Kernel kernel, Cpu cpu, Page head) {
    cpu.at(SWAPBACKED).__set_bit(PageFlag.PG_SWAPBACKED, head.flags());
    cpu.at(COUNTS).atomic_set(head.block().compoundMapcount(), 0);
    cpu.atomic_set(head.block().compoundPincount(), 0);
    if (!PageTests.pageAnon(cpu.at(MAPPING), head)) {
      cpu.WRITE_ONCE(head.mapping(), Page.ANON_VMA);
    }
    setExclusive(kernel, cpu, head);
  }

  private static void setExclusive(Kernel kernel, Cpu cpu, Page head) {
    if (kernel.state().hasAnonExclusive()) {
      long mapping = cpu.at(EXCLUSIVE).read_plain_in_source(head.mapping());
      cpu.VM_BUG_ON((mapping & Page.MAPPING_FLAGS) != Page.MAPPING_ANON);
      cpu.set_bit(PageFlag.anonExclusive(kernel), head.flags());
    }
  }

  /**
   * page_add_anon_rmap() with RMAP_COMPOUND.
   *
   * @param exclusive RMAP_EXCLUSIVE
   */
  public static void add(Kernel kernel, Cpu cpu, Page head, boolean exclusive) {
    boolean first = cpu.at(ADD).atomic_inc_and_test(head.block().compoundMapcount());
    if (kernel.state().hasAnonExclusive()) {
      cpu.at(ADD_CHECK);
      cpu.VM_BUG_ON(
          !first && (exclusive || cpu.test_bit(PageFlag.anonExclusive(kernel), head.flags())));
    }
    if (first && exclusive) {
      setExclusive(kernel, cpu, head);
    }
  }

  /** The word of PG_double_map. */
  public static Word doubleMap(Page head) {
    return head.block().pages().get(1).flags();
  }

  /** page_remove_rmap() with compound: a PMD entry no longer maps the huge page. */
  public static void remove(Cpu cpu, Page head) {
    if (!cpu.at(REMOVE).atomic_add_negative(-1, head.block().compoundMapcount())) {
      return;
    }
    if (!cpu.at(CLEAR_DOUBLE_MAP).test_and_clear_bit(PG_DOUBLE_MAP, doubleMap(head))) {
      return;
    }
    int unmapped = 0;
    for (Page part : head.block().pages()) {
      unmapped += cpu.atomic_add_negative(-1, part.mapcount()) ? 1 : 0;
    }
    if (unmapped > 0 && unmapped < head.block().size()) {
      deferredSplit(cpu, head);
    }
  }

  /**
   * page_remove_rmap() without compound: a PTE no longer maps the page, which may be part of a huge
   * page. The caller labels the step.
   */
  public static void removePart(Cpu cpu, Page page) {
    if (isLastOfPart(cpu, page)) {
      queue(cpu, page);
    }
  }

  /** The first half of {@link #removePart}: whether no PTE maps the page any more. */
  public static boolean isLastOfPart(Cpu cpu, Page page) {
    return cpu.atomic_add_negative(-1, page.mapcount());
  }

  /** The second half: a huge page that is mapped in part only may be split later. */
  public static void queue(Cpu cpu, Page page) {
    if (page.block().size() == 1) {
      return;
    }
    cpu.at(IS_COMPOUND);
    if (cpu.test_bit(PG_HEAD, page.flags()) || isTail(cpu, page)) {
      deferredSplit(cpu, PageTests.compoundHead(cpu, Ref.to(page)).target());
    }
  }

  private static boolean isTail(Cpu cpu, Page page) {
    return (cpu.READ_ONCE(page.compoundHead()) & 1) != 0;
  }

  /** deferred_split_huge_page(). */
  private static void deferredSplit(Cpu cpu, Page head) {
    PageBlock block = head.block();
    if (block.isHugetlb()
        || cpu.at(MAY_QUEUE).test_bit(PG_SWAPCACHE, head.flags())
        || cpu.read_plain_in_source(block.deferredList()) != 0) {
      return;
    }
    cpu.at(QUEUE).spin_lock(block.splitQueueLock());
    if (cpu.read_plain_in_source(block.deferredList()) == 0) {
      cpu.write_plain_in_source(block.deferredList(), 1);
    }
    cpu.spin_unlock(block.splitQueueLock());
  }

  /**
   * page_trans_huge_mapcount(), until v5.18: how often the part is mapped that is mapped most. The
   * caller labels the step.
   */
  public static long mostMappings(Cpu cpu, Page head) {
    long most = -1;
    for (Page part : head.block().pages()) {
      most = Math.max(most, cpu.atomic_read(part.mapcount()));
    }
    most += cpu.test_bit(PG_DOUBLE_MAP, doubleMap(head)) ? 0 : 1;
    return most + cpu.atomic_read(head.block().compoundMapcount()) + 1;
  }
}
