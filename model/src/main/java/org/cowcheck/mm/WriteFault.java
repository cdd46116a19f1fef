package org.cowcheck.mm;

import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * do_wp_page(), wp_page_reuse() and wp_page_copy() of a small anonymous page (mm/memory.c), S0 to
 * S3: a write to a present entry that is not writable, or FAULT_FLAG_UNSHARE.
 *
 * <p>S0 asks only how many references the page has, and a pin is one: a pinned page is copied, and
 * page table and pin diverge. S1 to S3 reuse an exclusive page whatever its references.
 *
 * <p>Left out: mmap_lock; draining LRU batches; freeing swap space of a page in the swap cache,
 * which is then copied; KSM pages; MMU notifiers.
 */
public final class WriteFault {
  public static final Steps STEPS = new Steps("do_wp_page");

  /** The name of the note of a page that is to be copied; its value is the address of the page. */
  public static final String COPIED = "copied";

  /** The name of the note of a copy made by an unshare; its value is the address of the copy. */
  public static final String UNSHARED = "unshared";

  private static final Step LOCK = STEPS.step("W1", "handle_pte_fault", "take the PT lock");
  private static final Step READ_PTE =
      STEPS.step("W2", "handle_pte_fault", "load the PTE: present, not writable?");
  private static final Step EXCLUSIVE =
      STEPS.step("W3", "do_wp_page, S1 to S3", "load flags: PG_anon_exclusive? then reuse");
  private static final Step COUNT =
      STEPS.step("W4", "do_wp_page", "load _refcount, flags: any other reference? then copy");
  private static final Step TRYLOCK =
      STEPS.step("W5", "do_wp_page", "trylock the page: test and set PG_locked");
  private static final Step COUNT_AGAIN =
      STEPS.step(
          "W6", "do_wp_page", "with the page locked: load _refcount again (S0: _mapcount too)");
  private static final Step MAPPING =
      STEPS.step("W7", "page_move_anon_rmap, S1 to S3", "store mapping");
  private static final Step SET_EXCLUSIVE =
      STEPS.step("W8", "page_move_anon_rmap, S1 to S3", "set PG_anon_exclusive, atomically");
  private static final Step UNLOCK_PAGE =
      STEPS.step("W9", "do_wp_page", "unlock the page: clear PG_locked");
  private static final Step REUSE =
      STEPS.step(
          "W10", "wp_page_reuse", "store the PTE: writable, dirty; flush the TLB if not x86");
  private static final Step UNLOCK = STEPS.step("W11", "do_wp_page", "drop the PT lock");
  private static final Step GET = STEPS.step("W12", "do_wp_page", "to copy: _refcount + 1");
  private static final Step COPY =
      STEPS.step("W13", "wp_page_copy", "copy the contents, smp_wmb, set PG_uptodate");
  private static final Step COPY_LOCK = STEPS.step("W14", "wp_page_copy", "take the PT lock");
  private static final Step SAME =
      STEPS.step("W15", "wp_page_copy", "load the PTE: still the same?");
  private static final Step CLEAR_PTE =
      STEPS.step("W16", "ptep_clear_flush", "clear the PTE, flush the TLB");
  private static final Step SET_PTE = STEPS.step("W17", "wp_page_copy", "store the PTE: the copy");
  private static final Step REMOVE_RMAP =
      STEPS.step("W18", "page_remove_rmap", "_mapcount of the old page - 1");
  private static final Step COPY_UNLOCK = STEPS.step("W19", "wp_page_copy", "drop the PT lock");
  private static final Step PUT =
      STEPS.step("W20", "wp_page_copy", "drop the references of the page that is not used");

  private final Kernel kernel;
  private final Arch arch;
  private final Memory memory;
  private final PageFree free;

  /**
   * Write faults under a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free frees a page whose last reference is dropped
   */
  public WriteFault(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.memory = memory;
    this.free = free;
  }

  /**
   * Handles a fault.
   *
   * @param unshare FAULT_FLAG_UNSHARE: the page is to become exclusive, not writable
   * @param pages the free pages of this CPU
   */
  public void doWpPage(Cpu cpu, Mm mm, PageTable table, boolean unshare, FreeList pages) {
    cpu.at(LOCK).spin_lock(table.lock());
    long pte = cpu.at(READ_PTE).read_plain_in_source(table.pte());
    if (!Pte.present(pte) || Pte.writable(pte)) {
      cpu.at(UNLOCK).spin_unlock(table.lock());
      return;
    }
    Page page = Pte.page(memory, pte);
    if (!mayReuse(cpu, page)) {
      Folio.getPage(cpu.at(GET), page);
      cpu.note(COPIED, page.address());
      cpu.at(UNLOCK).spin_unlock(table.lock());
      wpPageCopy(cpu, mm, table, pte, unshare, page, pages);
      return;
    }
    if (!unshare) {
      arch.ptepSetAccessFlags(cpu.at(REUSE), mm, table, pte | Pte.WRITE | Pte.DIRTY);
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
  }

  private boolean mayReuse(Cpu cpu, Page page) {
    KernelState state = kernel.state();
    if (state.hasAnonExclusive()
        && cpu.at(EXCLUSIVE).test_bit(PageFlag.anonExclusive(state), page.flags())) {
      return true;
    }
    Page folio = Folio.of(cpu.at(COUNT), page);
    if (ReuseLargeFolio.applies(kernel, folio)) {
      boolean reuses = ReuseLargeFolio.mayReuse(kernel, cpu, folio);
      if (reuses) {
        cpu.at(SET_EXCLUSIVE).set_bit(PageFlag.anonExclusive(state), page.flags());
      }
      return reuses;
    }
    if (cpu.atomic_read(folio.refcount()) > mostReferences(cpu, folio)
        || cpu.at(TRYLOCK).test_and_set_bit_lock(PG_LOCKED, folio.flags())) {
      return false;
    }
    boolean alone =
        cpu.at(COUNT_AGAIN)
            .recheck(
                () ->
                    (state != KernelState.S0 || cpu.atomic_read(page.mapcount()) == 0)
                        && cpu.atomic_read(folio.refcount()) == 1);
    if (alone && state.hasAnonExclusive()) {
      cpu.at(MAPPING).WRITE_ONCE(folio.mapping(), Page.ANON_VMA);
      cpu.at(SET_EXCLUSIVE).set_bit(PageFlag.anonExclusive(state), page.flags());
    }
    cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, folio.flags());
    return alone;
  }

  /** The references without which it is no use to lock the page: 1 in S0. */
  private long mostReferences(Cpu cpu, Page page) {
    if (kernel.state() == KernelState.S0) {
      return 1;
    }
    cpu.test_bit(PG_LRU, page.flags());
    return cpu.test_bit(PG_SWAPCACHE, page.flags()) ? 2 : 1;
  }

  private void wpPageCopy(
      Cpu cpu, Mm mm, PageTable table, long pte, boolean unshare, Page old, FreeList pages) {
    Page copy = PageAlloc.allocPage(cpu, pages);
    cpu.at(COPY).WRITE_ONCE(copy.contents(), cpu.READ_ONCE(old.contents()));
    cpu.smp_wmb();
    cpu.__set_bit(PG_UPTODATE, copy.flags());
    cpu.at(COPY_LOCK).spin_lock(table.lock());
    Page unused = copy;
    if (cpu.at(SAME).recheck(table.pte(), pte)) {
      arch.ptepGetAndClear(cpu.at(CLEAR_PTE), table);
      arch.flushTlb(cpu, mm);
      AnonRmap.pageAddNewAnonRmap(kernel, cpu, copy);
      cpu.at(SET_PTE).WRITE_ONCE(table.pte(), unshare ? Pte.readOnly(copy) : Pte.writable(copy));
      if (unshare) {
        cpu.note(UNSHARED, copy.address());
      }
      CompoundRmap.removePart(cpu.at(REMOVE_RMAP), old);
      unused = old;
    }
    free.putPage(cpu.at(PUT), unused);
    cpu.at(COPY_UNLOCK).spin_unlock(table.lock());
    free.putPage(cpu.at(PUT), old);
  }
}
