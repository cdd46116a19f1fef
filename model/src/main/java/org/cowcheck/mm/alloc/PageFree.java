package org.cowcheck.mm.alloc;

import static org.cowcheck.mm.PageFlag.PG_ACTIVE;
import static org.cowcheck.mm.PageFlag.PG_HEAD;
import static org.cowcheck.mm.PageFlag.PG_HWPOISON;
import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_MLOCKED;
import static org.cowcheck.mm.PageFlag.PG_UNEVICTABLE;
import static org.cowcheck.mm.PageFlag.PG_WAITERS;

import java.util.function.Consumer;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTests;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * put_page() down to the free list of this CPU: __page_cache_release() (mm/swap.c),
 * free_transhuge_page() (mm/huge_memory.c) and free_pages_prepare() (mm/page_alloc.c), S0 to S3.
 *
 * <h2>The seed's order</h2>
 *
 * S1 samples PageAnon at F6, clears PG_anon_exclusive at F8 and only then resets mapping at F11,
 * with a wmb() at F9 between. The clearing has to come before F12 too, which calls a page with
 * PG_slab set bad. S2 and S3 leave the flag to F13: PG_mappedtodisk is no page type, and stale
 * values do no harm.
 *
 * <p>Left out: mlocked pages (their test is there), that IRQs are off under the lruvec lock (no
 * path here waits for it), LAST_CPUPID in flags, and what happens to the page once it is on the
 * free list of this CPU.
 */
public final class PageFree {
  public static final Steps STEPS = new Steps("put_page");

  private static final Step PUT =
      STEPS.step("F1", "put_page", "load compound_head, drop a reference: the last one?");
  private static final Step COMPOUND = STEPS.step("F2", "__put_page", "load flags: PG_head?");
  private static final Step DEFERRED =
      STEPS.step(
          "F2a", "free_transhuge_page", "under its lock: off the deferred split queue, if on it");
  private static final Step ON_LRU =
      STEPS.step("F3", "__page_cache_release", "load flags: on the LRU?");
  private static final Step CLEAR_LRU =
      STEPS.step(
          "F4",
          "__clear_page_lru_flags",
          "under the lruvec lock: clear PG_lru, PG_active, PG_unevictable, not atomically");
  private static final Step CLEAR_WAITERS =
      STEPS.step(
          "F5",
          "__page_cache_release, S0 and S1",
          "clear PG_waiters, not atomically (bb43b14b5762)");
  private static final Step RELEASE_MLOCKED =
      STEPS.step("F5a", "__page_cache_release, S2", "load flags: PG_mlocked?");
  private static final Step SAMPLE_ANON =
      STEPS.step("F6", "free_pages_prepare, S1", "sample PageAnon");
  private static final Step PREPARE_MLOCKED =
      STEPS.step("F6a", "free_pages_prepare, S3", "load flags: PG_mlocked?");
  private static final Step HWPOISON =
      STEPS.step("F7", "free_pages_prepare", "load flags: PG_hwpoison? then keep the page");
  private static final Step CLEAR_EXCLUSIVE =
      STEPS.hunk(
          "F8",
          "free_pages_prepare, S1",
          "anon: clear PG_anon_exclusive (PG_slab), not atomically");
  private static final Step CLEAR_WMB =
      STEPS.step("F9", "free_pages_prepare, S1", "anon: wmb, flag before mapping");
  private static final Step MAPPING_FLAGS =
      STEPS.step("F10", "free_pages_prepare", "load mapping: any type bits?");
  private static final Step CLEAR_MAPPING =
      STEPS.step("F11", "free_pages_prepare", "mapping becomes NULL");
  private static final Step CHECK_FREE =
      STEPS.step(
          "F12",
          "check_free_page, DEBUG_VM",
          "_mapcount, mapping, _refcount and flags as expected?");
  private static final Step CLEAR_FLAGS =
      STEPS.step("F13", "free_pages_prepare", "clear PAGE_FLAGS_CHECK_AT_PREP, not atomically");

  static {
    STEPS.mayMove(CLEAR_EXCLUSIVE, CLEAR_MAPPING);
  }

  private final Kernel kernel;
  private final Spinlock lruLock;
  private final Consumer<Page> freed;

  /**
   * Freeing under a kernel, for pages whose LRU list has the given lock. What is freed is not used
   * again.
   */
  public PageFree(Kernel kernel, Spinlock lruLock) {
    this(kernel, lruLock, page -> {});
  }

  private PageFree(Kernel kernel, Spinlock lruLock, Consumer<Page> freed) {
    this.kernel = kernel;
    this.lruLock = lruLock;
    this.freed = freed;
  }

  /** The same, with freed pages on the list of a CPU, to be used again. */
  public PageFree onto(FreeList pages) {
    return new PageFree(kernel, lruLock, pages::put);
  }

  /**
   * put_page().
   *
   * @return whether this was the last reference, and the page went to the free list
   */
  public boolean putPage(Cpu cpu, Page page) {
    return putRefs(cpu, PageTests.compoundHead(cpu.at(PUT), Ref.to(page)), 1);
  }

  /**
   * folio_put_refs(): drops references. The caller labels the step.
   *
   * @return whether one was the last, and the page went to the free list
   */
  public boolean putRefs(Cpu cpu, Ref<Page> folio, long references) {
    if (folio.target().isDevicePrivate()) {
      return new DevicePage(kernel).putRefs(cpu, folio, references);
    }
    if (!cpu.atomic_sub_and_test(references, folio.at(Page::refcount))) {
      return false;
    }
    boolean isLarge = cpu.at(COMPOUND).test_bit(PG_HEAD, folio.at(Page::flags));
    if (isLarge && folio.target().block().isHugetlb()) {
      HugetlbFree.freeHugePage(kernel, cpu, folio.target());
      freed.accept(folio.target());
      return true;
    }
    pageCacheRelease(cpu, folio.target());
    if (isLarge) {
      freeTranshugePage(cpu, folio.target().block());
    }
    return freeUnrefPage(cpu, folio.target(), isLarge);
  }

  /** free_transhuge_page(): off the deferred split queue. */
  private static void freeTranshugePage(Cpu cpu, PageBlock block) {
    cpu.at(DEFERRED).spin_lock(block.splitQueueLock());
    if (cpu.read_plain_in_source(block.deferredList()) != 0) {
      cpu.write_plain_in_source(block.deferredList(), 0);
    }
    cpu.spin_unlock(block.splitQueueLock());
  }

  /** __page_cache_release(). */
  private void pageCacheRelease(Cpu cpu, Page page) {
    KernelState state = kernel.state();
    Word flags = page.flags();
    if (cpu.at(ON_LRU).test_bit(PG_LRU, flags)) {
      cpu.at(CLEAR_LRU).spin_lock(lruLock);
      cpu.__clear_bit(PG_LRU, flags);
      if (!(cpu.test_bit(PG_ACTIVE, flags) && cpu.test_bit(PG_UNEVICTABLE, flags))) {
        cpu.__clear_bit(PG_ACTIVE, flags);
        cpu.__clear_bit(PG_UNEVICTABLE, flags);
      }
      cpu.spin_unlock(lruLock);
    }
    if (state == KernelState.S0 || state == KernelState.S1) {
      cpu.at(CLEAR_WAITERS).__clear_bit(PG_WAITERS, flags);
    }
    if (state == KernelState.S2) {
      refuseMlocked(cpu.at(RELEASE_MLOCKED), flags);
    }
  }

  private static void refuseMlocked(Cpu cpu, Word flags) {
    if (cpu.test_bit(PG_MLOCKED, flags)) {
      throw new UnsupportedOperationException("mlocked pages are not modelled");
    }
  }

  /**
   * free_unref_page(): to the free list of this CPU.
   *
   * @return false if the page is kept because it is poisoned
   */
  public boolean freeUnrefPage(Cpu cpu, Page page) {
    return freeUnrefPage(cpu, page, page.block().size() > 1);
  }

  /** The same; a part of a block that was split is not used again. */
  private boolean freeUnrefPage(Cpu cpu, Page page, boolean isLarge) {
    boolean freeable = freePagesPrepare(cpu, page, isLarge);
    if (freeable && isLarge == page.block().size() > 1) {
      freed.accept(page);
    }
    return freeable;
  }

  /** The lock of the LRU lists. */
  public Spinlock lruLock() {
    return lruLock;
  }

  private void clearExclusive(Cpu cpu, Page page) {
    if (kernel.has(CLEAR_EXCLUSIVE)) {
      cpu.at(CLEAR_EXCLUSIVE).__clear_bit(PageFlag.anonExclusive(kernel), page.flags());
      // Has no partner: PageSlab() has no barrier between T2 and T4.
      cpu.at(CLEAR_WMB).wmb();
    }
  }

  /**
   * free_pages_prepare() of a page, or of a compound page given its head.
   *
   * @return false if the page is kept because it is poisoned
   */
  private boolean freePagesPrepare(Cpu cpu, Page page, boolean isLarge) {
    boolean isAnon =
        (kernel.has(CLEAR_EXCLUSIVE) || FreeTails.clearsExclusive(kernel))
            && PageTests.pageAnon(cpu.at(SAMPLE_ANON), page);
    if (kernel.state() == KernelState.S3) {
      refuseMlocked(cpu.at(PREPARE_MLOCKED), page.flags());
    }
    if (cpu.at(HWPOISON).test_bit(PG_HWPOISON, page.flags()) && !isLarge) {
      return false;
    }
    if (isLarge) {
      FreeTails.prepare(kernel, cpu, page, isAnon);
    }
    boolean clearsLate = kernel.moves(CLEAR_EXCLUSIVE, CLEAR_MAPPING);
    if (isAnon && !clearsLate) {
      clearExclusive(cpu, page);
    }
    long mapping = cpu.at(MAPPING_FLAGS).read_plain_in_source(page.mapping());
    if ((mapping & Page.MAPPING_FLAGS) != 0) {
      cpu.at(CLEAR_MAPPING).write_plain_in_source(page.mapping(), 0);
    }
    if (isAnon && clearsLate) {
      clearExclusive(cpu, page);
    }
    cpu.at(CHECK_FREE);
    cpu.VM_BUG_ON(!PageAlloc.expectedState(cpu, page, PageFlag.CHECK_AT_FREE));
    cpu.at(CLEAR_FLAGS).and_plain_in_source(page.flags(), ~PageFlag.CHECK_AT_PREP);
    return true;
  }
}
