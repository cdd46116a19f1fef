package org.cowcheck.mm.alloc;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.patch.Kernel;

/**
 * The tails of a compound page in free_pages_prepare(): free_tail_pages_check() and what stands
 * beside it (mm/page_alloc.c), S0 to S3.
 *
 * <p>S1 clears PG_anon_exclusive of each tail first, since PG_slab would make it a bad page;
 * nothing orders that before mapping and compound_head of the tail, from which a reader goes to the
 * head.
 *
 * <p>Left out: pages of an order above 0 that are not compound; PG_double_map and
 * PG_has_hwpoisoned, which nothing here reads; the mapping of the first two tails, which holds
 * other words of the kernel.
 */
public final class FreeTails {
  public static final Steps STEPS = new Steps("free_tail_pages_check");

  private static final Step CLEAR_EXCLUSIVE =
      STEPS.hunk(
          "FT1",
          "free_pages_prepare, S1",
          "anon: clear PG_anon_exclusive (PG_slab) of the tail, not atomically");
  private static final Step CHECK_TAIL =
      STEPS.step(
          "FT2",
          "free_tail_pages_check, DEBUG_VM",
          "compound_mapcount and compound_head as expected?");
  private static final Step CLEAR_MAPPING =
      STEPS.step("FT3", "free_tail_pages_check", "mapping of the tail becomes NULL");
  private static final Step CLEAR_HEAD =
      STEPS.step("FT4", "clear_compound_head", "compound_head of the tail becomes 0");
  private static final Step CHECK_FREE =
      STEPS.step(
          "FT5",
          "check_free_page, DEBUG_VM",
          "_mapcount, mapping, _refcount and flags of the tail as expected?");
  private static final Step CLEAR_FLAGS =
      STEPS.step(
          "FT6",
          "free_pages_prepare",
          "clear PAGE_FLAGS_CHECK_AT_PREP of the tail, not atomically");

  private FreeTails() {}

  /** Whether this kernel clears PG_anon_exclusive of tails. */
  static boolean clearsExclusive(Kernel kernel) {
    return kernel.has(CLEAR_EXCLUSIVE);
  }

  /**
   * Prepares all tails.
   *
   * @param isAnon whether PageAnon() was true of the head, in S1
   */
  static void prepare(Kernel kernel, Cpu cpu, Page head, boolean isAnon) {
    PageBlock block = head.block();
    for (Page tail : block.pages().subList(1, block.size())) {
      if (isAnon && kernel.has(CLEAR_EXCLUSIVE)) {
        cpu.at(CLEAR_EXCLUSIVE).__clear_bit(PageFlag.anonExclusive(kernel), tail.flags());
      }
      cpu.at(CHECK_TAIL);
      cpu.VM_BUG_ON(cpu.atomic_read(block.compoundMapcount()) != -1);
      cpu.VM_BUG_ON(cpu.READ_ONCE(tail.compoundHead()) != (head.address() | 1));
      cpu.at(CLEAR_MAPPING).write_plain_in_source(tail.mapping(), 0);
      cpu.at(CLEAR_HEAD).WRITE_ONCE(tail.compoundHead(), 0);
      cpu.at(CHECK_FREE);
      cpu.VM_BUG_ON(!PageAlloc.expectedState(cpu, tail, PageFlag.CHECK_AT_FREE));
      cpu.at(CLEAR_FLAGS).and_plain_in_source(tail.flags(), ~PageFlag.CHECK_AT_PREP);
    }
  }
}
