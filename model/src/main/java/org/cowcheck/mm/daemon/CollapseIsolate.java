package org.cowcheck.mm.daemon;

import static org.cowcheck.mm.PageFlag.PG_HEAD;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;

import java.util.ArrayList;
import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;

/**
 * __collapse_huge_page_isolate() (mm/khugepaged.c), S0 to S3: locks every page of a page table that
 * is about to be collapsed and takes it off the LRU, unless somebody else has a reference.
 *
 * <p>A page whose references are more than its mappings is pinned, or otherwise in use, and is not
 * moved. The page table is out of reach already, so the process itself takes no new references; a
 * child that shares the page can only make copies of it. The scan has counted before (KH15 is the
 * second look).
 *
 * <p>Left out: khugepaged's limits on how many entries may be empty, swapped or shared, which
 * MADV_COLLAPSE does not have either, and whether pages were used lately; devices' pages. The LRU
 * batch that putback_lru_page() puts pages on is drained at once.
 */
public final class CollapseIsolate {
  public static final Steps STEPS = new Steps("__collapse_huge_page_isolate");

  private static final Step READ_PTE =
      STEPS.step(
          "KH10", "__collapse_huge_page_isolate", "load the PTE: none, or present and no uffd-wp?");
  private static final Step ANON =
      STEPS.step("KH11", "__collapse_huge_page_isolate, DEBUG_VM", "VM_BUG_ON: not PageAnon");
  private static final Step SHARED =
      STEPS.step("KH12", "page_mapcount", "load _mapcount; of a compound page, compound_mapcount");
  private static final Step HEAD =
      STEPS.step("KH13", "__collapse_huge_page_isolate", "load compound_head: dealt with already?");
  private static final Step TRYLOCK =
      STEPS.step(
          "KH14", "__collapse_huge_page_isolate", "trylock the page: test and set PG_locked");
  private static final Step COUNT =
      STEPS.step(
          "KH15", "is_refcount_suitable", "load the mapcounts, PG_swapcache, _refcount: equal?");
  private static final Step OFF_LRU =
      STEPS.step(
          "KH16",
          "isolate_lru_page",
          "test and clear PG_lru, _refcount + 1, under the lruvec lock");
  private static final Step UNLOCK_PAGE =
      STEPS.step(
          "KH17", "__collapse_huge_page_isolate", "in use: unlock the page: clear PG_locked");
  private static final Step RELEASE =
      STEPS.step(
          "KH18",
          "release_pte_pages",
          "given up: clear PG_locked, set PG_lru, drop the reference of the isolation");

  private final Memory memory;
  private final PageFree free;

  CollapseIsolate(Memory memory, PageFree free) {
    this.memory = memory;
    this.free = free;
  }

  /**
   * Isolates the pages that a table maps, and says whether all could be. The caller has the lock.
   */
  boolean isolate(Cpu cpu, PageTable table) {
    List<Page> isolated = new ArrayList<>();
    boolean writable = false;
    for (int i = 0; i < table.size(); i++) {
      long pte = cpu.at(READ_PTE).read_plain_in_source(table.at(i).pte());
      if (isEmpty(pte)) {
        continue;
      }
      if (!Pte.present(pte)
          || (pte & Pte.UFFD_WP) != 0
          || !isolatePage(cpu, Pte.page(memory, pte), isolated)) {
        release(cpu, isolated);
        return false;
      }
      writable |= Pte.writable(pte);
    }
    if (!writable) {
      release(cpu, isolated);
    }
    return writable;
  }

  /** None, or the zero page. */
  static boolean isEmpty(long pte) {
    return pte == 0 || (pte & Pte.SPECIAL) != 0;
  }

  private static boolean isolatePage(Cpu cpu, Page page, List<Page> isolated) {
    boolean anon = PageTests.pageAnon(cpu.at(ANON), page);
    cpu.VM_BUG_ON(!anon);
    cpu.at(SHARED).atomic_read(page.mapcount());
    if (page.block().size() > 1) {
      cpu.atomic_read(page.block().compoundMapcount());
    }
    Page head = PageTests.compoundHead(cpu.at(HEAD), Ref.to(page)).target();
    if (isolated.contains(head)) {
      return true;
    }
    if (cpu.at(TRYLOCK).test_and_set_bit_lock(PG_LOCKED, head.flags())) {
      return false;
    }
    if (!cpu.at(COUNT).recheck(() -> isRefcountSuitable(cpu, head))
        || !isolateLruPage(cpu.at(OFF_LRU), head)) {
      cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, head.flags());
      return false;
    }
    isolated.add(head);
    return true;
  }

  /** is_refcount_suitable(): every reference is that of a mapping or of the swap cache. */
  private static boolean isRefcountSuitable(Cpu cpu, Page head) {
    long pages = 1;
    long mapped = 0;
    if (cpu.test_bit(PG_HEAD, head.flags())) {
      pages = head.block().size();
      mapped = cpu.atomic_read(head.block().compoundMapcount()) + 1;
    }
    for (Page page : head.block().pages().subList(0, (int) pages)) {
      mapped += cpu.atomic_read(page.mapcount()) + 1;
    }
    long cached = cpu.test_bit(PG_SWAPCACHE, head.flags()) ? pages : 0;
    boolean suitable = cpu.atomic_read(head.refcount()) == mapped + cached;
    cpu.ctrl(head.refcount());
    return suitable;
  }

  private static boolean isolateLruPage(Cpu cpu, Page head) {
    if (!cpu.test_and_clear_bit(PG_LRU, head.flags())) {
      return false;
    }
    cpu.atomic_inc(head.refcount());
    return true;
  }

  /** release_pte_pages(): the last isolated first. */
  private void release(Cpu cpu, List<Page> isolated) {
    for (int i = isolated.size() - 1; i >= 0; i--) {
      releasePtePage(cpu.at(RELEASE), isolated.get(i), free);
    }
  }

  /** release_pte_page(). The caller labels the step. */
  static void releasePtePage(Cpu cpu, Page head, PageFree free) {
    cpu.clear_bit_unlock(PG_LOCKED, head.flags());
    cpu.set_bit(PG_LRU, head.flags());
    free.putRefs(cpu, Ref.to(head), 1);
  }
}
