package org.cowcheck.mm.pfn;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_HEAD;
import static org.cowcheck.mm.PageFlag.PG_HWPOISON;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_RESERVED;
import static org.cowcheck.mm.PageFlag.PG_SLAB;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.patch.Kernel;

/**
 * memory_failure() of a small page (mm/memory-failure.c), S0 to S3: it marks the page before it has
 * a reference, takes one, locks the page and finds out by its flags what it is.
 *
 * <p>In S1 PG_slab says nothing of an anonymous page, so identify_page_state() looks at mapping,
 * too; it holds a reference then, and mapping cannot change from anonymous.
 *
 * <p>Left out: mf_mutex; hugetlb; free pages, whose state in the buddy allocator is not modelled;
 * further attempts after a failed one; splitting a THP; waiting for the page lock, which is tried
 * once; that identify_page_state() loads flags anew for each row of its table; unmapping (a page
 * that is mapped is left alone after the flags were saved); what the action does that the state
 * calls for; mlocked and unevictable pages.
 */
public final class MemoryFailure {
  public static final Steps STEPS = new Steps("memory_failure");

  /** The name of the note of a page that was marked; its value is the address of the page. */
  public static final String POISONED = "poisoned";

  private static final Step SET_HWPOISON =
      STEPS.step("MX1", "memory_failure", "test and set PG_hwpoison, before any reference");
  private static final Step READ_HEAD = STEPS.step("MX2", "memory_failure", "load compound_head");
  private static final Step GET_HEAD =
      STEPS.step("MX3", "__get_hwpoison_page", "load compound_head");
  private static final Step HANDLABLE =
      STEPS.step("MX4", "HWPoisonHandlable", "load flags of the head: PG_lru? else leave it");
  private static final Step GET =
      STEPS.step("MX5", "__get_hwpoison_page", "_refcount + 1 unless it is 0");
  private static final Step HEAD_AGAIN =
      STEPS.step("MX6", "__get_hwpoison_page", "load compound_head: still the same?");
  private static final Step HANDLABLE_AGAIN =
      STEPS.step("MX7", "get_any_page", "load compound_head and flags: PG_lru still?");
  private static final Step TRANS_HUGE =
      STEPS.step("MX8", "memory_failure", "load flags: PG_head? (a small page goes on)");
  private static final Step LOCK =
      STEPS.step("MX9", "lock_page", "lock the page: test and set PG_locked");
  private static final Step COMPOUND =
      STEPS.step("MX10", "memory_failure", "PageCompound: load flags and compound_head");
  private static final Step SAVE_FLAGS =
      STEPS.step("MX11", "memory_failure", "load flags, to be used later");
  private static final Step ON_LRU =
      STEPS.step("MX12", "memory_failure", "load flags: on the LRU? else it is not unmapped");
  private static final Step MAPPED =
      STEPS.step("MX13", "hwpoison_user_mappings", "PageSlab? else load _mapcount: mapped?");
  private static final Step TRUNCATED =
      STEPS.step("MX14", "memory_failure", "load flags and mapping: torn down by somebody else?");
  private static final Step FLAGS =
      STEPS.step("MX15", "identify_page_state", "load flags: which kind of page?");
  private static final Step SLAB_ANON =
      STEPS.hunk(
          "MX16", "identify_page_state, S1", "PG_slab is set: PageAnon? then it is no slab page");
  private static final Step DIRTY =
      STEPS.step("MX17", "identify_page_state", "load flags: PG_dirty?");
  private static final Step UNLOCK =
      STEPS.step("MX18", "page_action", "unlock the page: clear PG_locked");
  private static final Step PUT = STEPS.step("MX19", "page_action", "drop the reference");

  /** What memory_failure() makes of a page. */
  public enum Outcome {
    /** It has no reference, or is of no kind that can be handled. */
    IGNORED,
    /** A reserved page. */
    KERNEL,
    /** MF_MSG_SLAB. */
    SLAB,
    /** A page in the swap cache. */
    SWAPCACHE,
    /** A page on the LRU. */
    LRU,
    /** A page of which the flags say nothing. */
    UNKNOWN
  }

  private final Kernel kernel;
  private final PageFree free;

  /**
   * Memory failures under a kernel.
   *
   * @param free takes back the reference
   */
  public MemoryFailure(Kernel kernel, PageFree free) {
    this.kernel = kernel;
    this.free = free;
  }

  /** Handles the failure of a page. */
  public Outcome handle(Cpu cpu, Page page) {
    if (cpu.at(SET_HWPOISON).test_and_set_bit(PG_HWPOISON, page.flags())) {
      return Outcome.IGNORED;
    }
    cpu.note(POISONED, page.address());
    Ref<Page> head = PageTests.compoundHead(cpu.at(READ_HEAD), Ref.to(page));
    if (!getHwpoisonPage(cpu, page)) {
      return Outcome.IGNORED;
    }
    Outcome outcome = Outcome.IGNORED;
    if (!cpu.at(TRANS_HUGE).test_bit(PG_HEAD, head.at(Page::flags))
        && !cpu.at(LOCK).test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      outcome = handleLocked(cpu, page);
      cpu.at(UNLOCK).clear_bit_unlock(PG_LOCKED, page.flags());
    }
    free.putPage(cpu.at(PUT), page);
    return outcome;
  }

  /** get_hwpoison_page(), one attempt: whether there is a reference now. */
  private boolean getHwpoisonPage(Cpu cpu, Page page) {
    Ref<Page> head = PageTests.compoundHead(cpu.at(GET_HEAD), Ref.to(page));
    if (!cpu.at(HANDLABLE).test_bit(PG_LRU, head.at(Page::flags))
        || !cpu.at(GET).atomic_inc_not_zero(head.at(Page::refcount))) {
      return false;
    }
    boolean handlable =
        cpu.at(HEAD_AGAIN)
                .recheck(() -> PageTests.compoundHead(cpu, Ref.to(page)).target() == head.target())
            && cpu.at(HANDLABLE_AGAIN)
                .recheck(
                    () ->
                        cpu.test_bit(
                            PG_LRU, PageTests.compoundHead(cpu, Ref.to(page)).at(Page::flags)));
    if (!handlable) {
      free.putPage(cpu.at(PUT), head.target());
    }
    return handlable;
  }

  private Outcome handleLocked(Cpu cpu, Page page) {
    boolean isCompound =
        cpu.at(COMPOUND).test_bit(PG_HEAD, page.flags())
            || (cpu.READ_ONCE(page.compoundHead()) & 1) != 0;
    if (isCompound) {
      return Outcome.IGNORED;
    }
    long saved = cpu.at(SAVE_FLAGS).read_plain_in_source(page.flags());
    if (cpu.at(ON_LRU).test_bit(PG_LRU, page.flags())) {
      if (!PageTests.pageSlab(kernel, cpu.at(MAPPED), page)
          && cpu.at(MAPPED).atomic_read(page.mapcount()) >= 0) {
        return Outcome.IGNORED;
      }
      cpu.at(TRUNCATED);
      if (cpu.test_bit(PG_LRU, page.flags())
          && !cpu.test_bit(PG_SWAPCACHE, page.flags())
          && cpu.read_plain_in_source(page.mapping()) == 0) {
        return Outcome.IGNORED;
      }
    }
    return identifyPageState(cpu, page, saved);
  }

  /**
   * identify_page_state(): by the flags of now, and if they say nothing by those that were saved.
   */
  private Outcome identifyPageState(Cpu cpu, Page page, long saved) {
    long now = cpu.at(FLAGS).read_plain_in_source(page.flags());
    Outcome outcome = identify(cpu, page, now);
    long dirty = cpu.at(DIRTY).read_plain_in_source(page.flags()) & PageFlag.bit(PG_DIRTY);
    return outcome == Outcome.UNKNOWN ? identify(cpu, page, saved | dirty) : outcome;
  }

  /** error_states[], in its order. */
  private Outcome identify(Cpu cpu, Page page, long flags) {
    if (has(flags, PG_RESERVED)) {
      return Outcome.KERNEL;
    }
    boolean looksAtMapping = kernel.has(SLAB_ANON);
    if (has(flags, PG_SLAB) && !(looksAtMapping && PageTests.pageAnon(cpu.at(SLAB_ANON), page))) {
      return Outcome.SLAB;
    }
    if (has(flags, PG_SWAPCACHE)) {
      return Outcome.SWAPCACHE;
    }
    return has(flags, PG_LRU) ? Outcome.LRU : Outcome.UNKNOWN;
  }

  private static boolean has(long flags, int bit) {
    return (flags & PageFlag.bit(bit)) != 0;
  }
}
