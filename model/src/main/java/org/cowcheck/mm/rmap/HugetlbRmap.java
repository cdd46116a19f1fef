package org.cowcheck.mm.rmap;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTests;
import org.cowcheck.patch.Kernel;

/**
 * hugepage_add_new_anon_rmap(), hugepage_add_anon_rmap(), page_move_anon_rmap() and
 * page_remove_rmap() of a page of hugetlb (mm/rmap.c), S0 to S3: all that they change is of the
 * head.
 *
 * <p>Nothing orders the store of mapping before the flag is set.
 *
 * <p>Left out: _mapcount of the head, which hugetlb never changes.
 */
public final class HugetlbRmap {
  public static final Steps STEPS = new Steps("hugepage_add_anon_rmap");

  private static final Step NEW_COUNTS =
      STEPS.step("HN1", "hugepage_add_new_anon_rmap", "compound_mapcount becomes 0: mapped once");
  private static final Step NO_PINS =
      STEPS.hunk("HN1a", "hugepage_add_new_anon_rmap", "compound_pincount becomes 0, as it was");
  private static final Step MAP =
      STEPS.step("HN2", "hugepage_add_anon_rmap", "compound_mapcount + 1: the first?");
  private static final Step MAP_CHECK =
      STEPS.step(
          "HN3",
          "hugepage_add_anon_rmap, S1 to S3",
          "not the first: VM_BUG_ON RMAP_EXCLUSIVE or PG_anon_exclusive");
  private static final Step IS_ANON =
      STEPS.step("HN4", "__page_set_anon_rmap", "PageAnon already?");
  private static final Step MAPPING =
      STEPS.step(
          "HN5",
          "__page_set_anon_rmap, page_move_anon_rmap",
          "store mapping of the head: anon_vma, tagged");
  private static final Step CHECK =
      STEPS.step("HN6", "SetPageAnonExclusive, S1 to S3", "VM_BUG_ON: not anon, or KSM");
  private static final Step EXCLUSIVE =
      STEPS.step(
          "HN7", "SetPageAnonExclusive, S1 to S3", "set PG_anon_exclusive of the head, atomically");
  private static final Step UNMAP = STEPS.step("HN8", "page_remove_rmap", "compound_mapcount - 1");

  private HugetlbRmap() {}

  /** hugepage_add_new_anon_rmap(). */
  public static void addNew(Kernel kernel, Cpu cpu, Page head) {
    cpu.at(NEW_COUNTS).atomic_set(head.block().compoundMapcount(), 0);
    if (kernel.has(NO_PINS)) {
      cpu.at(NO_PINS).atomic_set(head.block().compoundPincount(), 0);
    }
    setAnonRmap(kernel, cpu, head, true);
  }

  /** hugepage_add_anon_rmap(): of a page that came back from a migration entry. */
  public static void add(Kernel kernel, Cpu cpu, Page head, boolean exclusive) {
    boolean first = cpu.at(MAP).atomic_inc_and_test(head.block().compoundMapcount());
    if (kernel.state().hasAnonExclusive() && !first) {
      cpu.at(MAP_CHECK).VM_BUG_ON(exclusive);
      cpu.VM_BUG_ON(cpu.test_bit(PageFlag.anonExclusive(kernel), head.flags()));
    }
    if (first) {
      setAnonRmap(kernel, cpu, head, exclusive);
    }
  }

  private static void setAnonRmap(Kernel kernel, Cpu cpu, Page head, boolean exclusive) {
    if (!PageTests.folioTestAnon(cpu.at(IS_ANON), Ref.to(head))) {
      cpu.at(MAPPING).WRITE_ONCE(head.mapping(), Page.ANON_VMA);
    }
    if (exclusive) {
      setExclusive(kernel, cpu, head);
    }
  }

  /** page_move_anon_rmap(). */
  public static void move(Kernel kernel, Cpu cpu, Page head) {
    cpu.at(MAPPING).WRITE_ONCE(head.mapping(), Page.ANON_VMA);
    setExclusive(kernel, cpu, head);
  }

  private static void setExclusive(Kernel kernel, Cpu cpu, Page head) {
    if (!kernel.state().hasAnonExclusive()) {
      return;
    }
    long mapping = cpu.at(CHECK).read_plain_in_source(head.mapping());
    cpu.VM_BUG_ON((mapping & Page.MAPPING_FLAGS) != Page.MAPPING_ANON);
    cpu.at(EXCLUSIVE).set_bit(PageFlag.anonExclusive(kernel), head.flags());
  }

  /** page_remove_rmap(). */
  public static void remove(Cpu cpu, Page head) {
    cpu.at(UNMAP).atomic_add_negative(-1, head.block().compoundMapcount());
  }
}
