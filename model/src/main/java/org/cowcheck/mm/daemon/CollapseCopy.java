package org.cowcheck.mm.daemon;

import static org.cowcheck.mm.PageFlag.PG_HEAD;
import static org.cowcheck.mm.PageFlag.PG_SWAPCACHE;

import java.util.LinkedHashSet;
import java.util.Set;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.rmap.CompoundRmap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * __collapse_huge_page_copy() (mm/khugepaged.c), S0 to S3: copies the isolated pages of a page
 * table into a huge page, clears the entries and lets the old pages go.
 *
 * <p>Left out: freeing the swap space of a page that was in the swap cache, which keeps it.
 */
public final class CollapseCopy {
  public static final Steps STEPS = new Steps("__collapse_huge_page_copy");

  private static final Step READ_PTE =
      STEPS.step("KH30", "__collapse_huge_page_copy", "load the PTE, without its lock");
  private static final Step COPY =
      STEPS.step("KH31", "__collapse_huge_page_copy", "copy or clear the contents");
  private static final Step RELEASE =
      STEPS.step(
          "KH32",
          "release_pte_page",
          "clear PG_locked, set PG_lru, drop the reference of the isolation");
  private static final Step LOCK =
      STEPS.step("KH33", "__collapse_huge_page_copy", "take the PT lock");
  private static final Step CLEAR_PTE =
      STEPS.step("KH34", "__collapse_huge_page_copy", "clear the PTE");
  private static final Step REMOVE_RMAP = STEPS.step("KH35", "page_remove_rmap", "_mapcount - 1");
  private static final Step UNLOCK =
      STEPS.step("KH36", "__collapse_huge_page_copy", "drop the PT lock");
  private static final Step PUT =
      STEPS.step(
          "KH37", "free_page_and_swap_cache", "load flags: PG_swapcache? then drop the reference");
  private static final Step RELEASE_COMPOUND =
      STEPS.step(
          "KH38",
          "__collapse_huge_page_copy",
          "of a compound page: clear PG_locked, set PG_lru, drop the reference of the isolation");

  private final Kernel kernel;
  private final Arch arch;
  private final Memory memory;
  private final PageFree free;

  CollapseCopy(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.memory = memory;
    this.free = free;
  }

  /** Copies what a table maps. */
  void copy(Cpu cpu, PageTable table, Page huge) {
    Set<Page> compound = new LinkedHashSet<>();
    for (int i = 0; i < table.size(); i++) {
      PageTable entry = table.at(i);
      Page to = huge.block().pages().get(i);
      long pte = cpu.at(READ_PTE).read_plain_in_source(entry.pte());
      if (CollapseIsolate.isEmpty(pte)) {
        cpu.at(COPY).WRITE_ONCE(to.contents(), 0);
        if (pte != 0) {
          cpu.at(LOCK).spin_lock(table.lock());
          ptepClear(cpu.at(CLEAR_PTE), entry);
          cpu.at(UNLOCK).spin_unlock(table.lock());
        }
      } else {
        Page from = Pte.page(memory, pte);
        cpu.at(COPY).WRITE_ONCE(to.contents(), cpu.READ_ONCE(from.contents()));
        letGo(cpu, entry, from, compound);
      }
    }
    for (Page head : compound) {
      CollapseIsolate.releasePtePage(cpu.at(RELEASE_COMPOUND), head, free);
    }
  }

  private void letGo(Cpu cpu, PageTable entry, Page from, Set<Page> compound) {
    Page head = PageTests.compoundHead(cpu.at(RELEASE), Ref.to(from)).target();
    boolean isCompound = cpu.test_bit(PG_HEAD, head.flags());
    if (isCompound) {
      compound.add(head);
    } else {
      CollapseIsolate.releasePtePage(cpu, head, free);
    }
    cpu.at(LOCK).spin_lock(entry.lock());
    ptepClear(cpu.at(CLEAR_PTE), entry);
    CompoundRmap.removePart(cpu.at(REMOVE_RMAP), from);
    cpu.at(UNLOCK).spin_unlock(entry.lock());
    cpu.at(PUT).test_bit(PG_SWAPCACHE, head.flags());
    free.putPage(cpu, from);
  }

  /** ptep_clear(): since v5.19 (92fb05242a1b) by ptep_get_and_clear(). */
  private void ptepClear(Cpu cpu, PageTable entry) {
    if (kernel.state() == KernelState.S0 || kernel.state() == KernelState.S1) {
      cpu.WRITE_ONCE(entry.pte(), 0);
    } else {
      arch.ptepGetAndClear(cpu, entry);
    }
  }
}
