package org.cowcheck.mm.alloc;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageFlag;

/**
 * prep_new_page() and prep_compound_page() (mm/page_alloc.c), S0 to S3.
 *
 * <p>The page comes from the free list of the same CPU, so that nothing is shared on the way.
 */
public final class PageAlloc {
  public static final Steps STEPS = new Steps("prep_new_page");

  private static final Step CHECK =
      STEPS.step(
          "P1", "check_new_page, DEBUG_VM", "_mapcount, mapping, _refcount and flags as expected?");
  private static final Step POISON =
      STEPS.step("P1a", "check_new_page_bad", "load flags: PG_hwpoison? then take another page");
  private static final Step REFCOUNT =
      STEPS.step("P2", "set_page_refcounted", "_refcount becomes 1");

  private static final Step SET_HEAD =
      STEPS.step("P3", "__SetPageHead", "set PG_head, not atomically");
  private static final Step TAIL_MAPPING =
      STEPS.step("P4", "prep_compound_tail", "mapping of the tail becomes TAIL_MAPPING");
  private static final Step SET_COMPOUND_HEAD =
      STEPS.step("P5", "set_compound_head", "store compound_head of the tail: the head");
  private static final Step COMPOUND_COUNTS =
      STEPS.step("P6", "prep_compound_head", "compound_mapcount becomes -1, compound_pincount 0");

  private PageAlloc() {}

  /** alloc_page(): takes a page from the free list of this CPU. */
  public static Page allocPage(Cpu cpu, FreeList pages) {
    return allocPages(cpu, pages, 1);
  }

  /**
   * alloc_pages(), with __GFP_COMP for more than one page.
   *
   * @param size the number of pages
   * @return the head
   */
  public static Page allocPages(Cpu cpu, FreeList pages, int size) {
    Page page = pages.take(size);
    while (isPoisoned(cpu, page.block())) {
      page = pages.take(size);
    }
    cpu.at(REFCOUNT).atomic_set(page.refcount(), 1);
    if (size > 1) {
      prepCompoundPage(cpu, page);
    }
    return page;
  }

  /** check_new_pages(): a poisoned page is left alone, any other that is not as expected a bug. */
  private static boolean isPoisoned(Cpu cpu, PageBlock block) {
    long poison = PageFlag.bit(PageFlag.PG_HWPOISON);
    boolean poisoned = false;
    for (Page page : block.pages()) {
      if (!expectedState(cpu.at(CHECK), page, PageFlag.CHECK_AT_PREP | poison)) {
        boolean isPoisoned = (cpu.at(POISON).read_plain_in_source(page.flags()) & poison) != 0;
        cpu.VM_BUG_ON(!isPoisoned);
        poisoned |= isPoisoned;
      }
    }
    return poisoned;
  }

  /** prep_compound_page(): head flag, tails, counts; nothing orders them. */
  private static void prepCompoundPage(Cpu cpu, Page head) {
    cpu.at(SET_HEAD).__set_bit(PageFlag.PG_HEAD, head.flags());
    for (Page tail : head.block().pages().subList(1, head.block().size())) {
      cpu.at(TAIL_MAPPING).write_plain_in_source(tail.mapping(), Page.TAIL_MAPPING);
      cpu.at(SET_COMPOUND_HEAD).WRITE_ONCE(tail.compoundHead(), head.address() | 1);
    }
    cpu.at(COMPOUND_COUNTS).atomic_set(head.block().compoundMapcount(), -1);
    cpu.atomic_set(head.block().compoundPincount(), 0);
  }

  /** page_expected_state(): four loads, two of them plain in source. */
  static boolean expectedState(Cpu cpu, Page page, long checkedFlags) {
    return cpu.atomic_read(page.mapcount()) == -1
        && (cpu.read_plain_in_source(page.mapping())
                | cpu.atomic_read(page.refcount())
                | (cpu.read_plain_in_source(page.flags()) & checkedFlags))
            == 0;
  }
}
