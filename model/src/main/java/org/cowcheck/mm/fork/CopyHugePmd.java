package org.cowcheck.mm.fork;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.ArchPmd;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.thp.SplitHugePmd;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * copy_huge_pmd() (mm/huge_memory.c): fork of a PMD entry that maps an anonymous huge page or is
 * the migration entry of one, S0 to S3.
 *
 * <p>A page that may be pinned is not copied as a whole: the parent's PMD entry is split, and
 * copy_pte_range() copies each part. As in {@link Fork}, write_protect_seq alone keeps a page that
 * is pinned at this moment from being shared.
 *
 * <p>Left out: the table that is allocated for the child, which is deposited with its entry from
 * the start; that S0 waits for who has a page locked that is to be split; files; the huge zero
 * page; userfaultfd and soft-dirty bits.
 */
public final class CopyHugePmd {
  public static final Steps STEPS = new Steps("copy_huge_pmd");

  private static final Step DST_LOCK =
      STEPS.step("CH1", "copy_huge_pmd", "take the lock of the child's PMD entry");
  private static final Step SRC_LOCK =
      STEPS.step("CH2", "copy_huge_pmd", "take the lock of the parent's PMD entry");
  private static final Step READ =
      STEPS.step("CH3", "copy_huge_pmd", "load the parent's PMD entry: still huge?");
  private static final Step DOWNGRADE =
      STEPS.step("CH4", "copy_huge_pmd", "migration entry: store the parent's PMD entry: readable");
  private static final Step SET_CHILD_MIGRATION =
      STEPS.step("CH5", "copy_huge_pmd", "migration entry: store the child's PMD entry: readable");
  private static final Step GET = STEPS.step("CH6", "copy_huge_pmd", "_refcount of the head + 1");
  private static final Step DUP_RMAP =
      STEPS.step("CH7", "page_dup_rmap, S0", "compound_mapcount + 1");
  private static final Step PUT =
      STEPS.step("CH8", "copy_huge_pmd, S1 to S3", "pinned: _refcount of the head - 1");
  private static final Step WRPROTECT =
      STEPS.step("CH9", "copy_huge_pmd", "write-protect the parent's PMD entry");
  private static final Step SET_CHILD =
      STEPS.step("CH10", "copy_huge_pmd", "store the child's PMD entry: read-only");
  private static final Step SRC_UNLOCK =
      STEPS.step("CH11", "copy_huge_pmd", "drop the lock of the parent's PMD entry");
  private static final Step DST_UNLOCK =
      STEPS.step("CH12", "copy_huge_pmd", "drop the lock of the child's PMD entry");

  private final Kernel kernel;
  private final ArchPmd arch;
  private final Memory memory;
  private final PageFree free;
  private final SplitHugePmd split;

  CopyHugePmd(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.arch = new ArchPmd(kernel);
    this.memory = memory;
    this.free = free;
    this.split = new SplitHugePmd(kernel, memory, free);
  }

  /** Copies the entry; false (-EAGAIN) if there is a page table in its place now. */
  boolean copy(Cpu cpu, Mm mm, PageTable table, PageTable child) {
    cpu.at(DST_LOCK).spin_lock(child.above().lock());
    cpu.at(SRC_LOCK).spin_lock(table.above().lock());
    long pmd = cpu.at(READ).read_plain_in_source(table.pmd());
    boolean copies = Pte.isHuge(pmd);
    boolean splits = false;
    if (copies && Pte.isMigration(pmd)) {
      copyMigration(cpu, table.pmd(), pmd, child.pmd());
    } else if (copies) {
      splits = !copyPresent(cpu, mm, table.pmd(), pmd, child.pmd());
    }
    cpu.at(SRC_UNLOCK).spin_unlock(table.above().lock());
    cpu.at(DST_UNLOCK).spin_unlock(child.above().lock());
    if (splits) {
      split.split(cpu, mm, table);
    }
    return copies && !splits;
  }

  private void copyMigration(Cpu cpu, Word parent, long pmd, Word child) {
    long readable = pmd & ~(Pte.WRITE | Pte.EXCLUSIVE);
    if (readable != pmd) {
      cpu.at(DOWNGRADE).WRITE_ONCE(parent, readable);
    }
    cpu.at(SET_CHILD_MIGRATION).WRITE_ONCE(child, readable);
    noteShared(cpu, Pte.page(memory, pmd));
  }

  /** Whether the child has the page now; false if it may be pinned. */
  private boolean copyPresent(Cpu cpu, Mm mm, Word parent, long pmd, Word child) {
    Page head = Pte.page(memory, pmd);
    Word mapcount = head.block().compoundMapcount();
    if (kernel.state() == KernelState.S0) {
      if (Fork.pageNeedsCowForDma(kernel, cpu, mm, head)) {
        return false;
      }
      cpu.at(GET).atomic_inc(head.refcount());
      cpu.at(DUP_RMAP).atomic_inc(mapcount);
    } else {
      cpu.at(GET).atomic_inc(head.refcount());
      if (!Fork.pageTryDupAnonRmap(kernel, cpu, mm, head, mapcount)) {
        free.putPage(cpu.at(PUT), head);
        return false;
      }
    }
    arch.setWrprotect(cpu.at(WRPROTECT), parent);
    cpu.at(SET_CHILD).WRITE_ONCE(child, pmd & ~Pte.WRITE);
    noteShared(cpu, head);
    return true;
  }

  private static void noteShared(Cpu cpu, Page head) {
    for (Page part : head.block().pages()) {
      cpu.note(Fork.SHARED, part.address());
    }
  }
}
