package org.cowcheck.mm.thp;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_DOUBLE_MAP;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.ArchPmd;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.rmap.CompoundRmap;
import org.cowcheck.mm.rmap.ShareAnonRmap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * __split_huge_pmd() and __split_huge_pmd_locked() of anonymous memory (mm/huge_memory.c), S0 to
 * S3: a page table takes the place of a PMD entry that maps a huge page, or that is the migration
 * entry of one. The page stays a huge page.
 *
 * <h2>Exclusivity</h2>
 *
 * Without freeze the flag of the head is given to each part. With freeze it is taken from the head,
 * if nobody has pinned the page, and each entry becomes a migration entry that remembers it. If
 * somebody has, only the PMD entry is split.
 *
 * <h2>Who sees what when</h2>
 *
 * SP12 orders the new entries, and the flags of the parts, before the PMD entry that leads to them;
 * its partners are the address dependencies of GUP-fast from G4 to G5, and of a fault from YF1a to
 * YF2 and D4. A flag that GUP-fast misses makes it back off.
 *
 * <h2>Migration entries (3a5a8d343e1c)</h2>
 *
 * Until v6.10 pmdp_invalidate() is called for a migration entry, too. On arm64 that makes it look
 * present; on x86 it does not. Debian's 6.1.y has the fix; S3 is v6.1 without it, and SP3 as an
 * added hunk is the fix.
 *
 * <h2>The page lock</h2>
 *
 * S0 locks the page, if its caller has not ({@link SplitPageLock}).
 *
 * <p>Left out: pages of files and of devices, the huge zero page; further loads of the PMD entry
 * under its lock; the list of deposited tables; soft-dirty and accessed bits; memory cgroups,
 * mlock, MMU notifiers.
 */
public final class SplitHugePmd {
  public static final Steps STEPS = new Steps("__split_huge_pmd_locked");

  private static final Step LOCK =
      STEPS.step("SP1", "__split_huge_pmd", "take the lock of the PMD entry");
  private static final Step READ =
      STEPS.step("SP2", "__split_huge_pmd", "load the PMD entry: huge, and of that folio?");
  private static final Step PRESENT_ONLY =
      STEPS.later(
          "SP3",
          "__split_huge_pmd_locked, 3a5a8d343e1c",
          "migration entry: do not invalidate it, load the PMD entry");
  private static final Step INVALIDATE =
      STEPS.step("SP4", "pmdp_invalidate", "exchange the PMD entry for an invalid one (A1)");
  private static final Step FLUSH = STEPS.step("SP5", "pmdp_invalidate", "flush the TLB");
  private static final Step DIRTY =
      STEPS.step("SP6", "__split_huge_pmd_locked", "it was dirty: set PG_dirty, atomically");
  private static final Step REFERENCES =
      STEPS.step("SP7", "page_ref_add", "_refcount + 1 for each entry beyond the first");
  private static final Step EXCLUSIVE =
      STEPS.step(
          "SP8",
          "__split_huge_pmd_locked, S1 to S3",
          "PageAnon and PG_anon_exclusive of the head?");
  private static final Step SHARE_CHECK =
      STEPS.step(
          "SP8a",
          "page_try_share_anon_rmap, S1",
          "VM_BUG_ON: the head is not exclusive (S2 and S3 do not ask then)");
  private static final Step SET_EXCLUSIVE =
      STEPS.step(
          "SP9",
          "__split_huge_pmd_locked, S1 to S3",
          "set PG_anon_exclusive of the part, atomically");
  private static final Step SET_PTE =
      STEPS.step(
          "SP10",
          "__split_huge_pmd_locked",
          "BUG_ON: the PTE is not none; store the PTE of a part");
  private static final Step MAPCOUNT =
      STEPS.step("SP10a", "__split_huge_pmd_locked", "_mapcount of the part + 1");
  private static final Step DOUBLE_MAP =
      STEPS.step(
          "SP11",
          "__split_huge_pmd_locked",
          "other PMDs map it, too: set PG_double_map, _mapcount of each part + 1");
  private static final Step COMPOUND_MAPCOUNT =
      STEPS.step(
          "SP11a",
          "__split_huge_pmd_locked",
          "compound_mapcount - 1; the last: undo PG_double_map");
  private static final Step PTE_WMB =
      STEPS.step("SP12", "__split_huge_pmd_locked", "smp_wmb: the PTEs before the PMD entry");
  private static final Step POPULATE =
      STEPS.step("SP13", "pmd_populate", "store the PMD entry: the page table");
  private static final Step REMOVE_RMAP =
      STEPS.step("SP14", "page_remove_rmap", "freeze: _mapcount of the part - 1");
  private static final Step PUT =
      STEPS.step("SP15", "__split_huge_pmd_locked", "freeze: drop the reference of the part");
  private static final Step UNLOCK =
      STEPS.step("SP16", "__split_huge_pmd", "drop the lock of the PMD entry");

  private final Kernel kernel;
  private final ArchPmd arch;
  private final Memory memory;
  private final PageFree free;
  private final SplitPageLock pageLock;

  /**
   * Splitting under a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free takes back references
   */
  public SplitHugePmd(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.arch = new ArchPmd(kernel);
    this.memory = memory;
    this.free = free;
    this.pageLock = new SplitPageLock(kernel, free);
  }

  /**
   * Splits the PMD entry above a table that is deposited for it; if it is not huge there is nothing
   * to do.
   *
   * @return false if this waits for the page lock until the end
   */
  public boolean split(Cpu cpu, Mm mm, PageTable table) {
    return split(cpu, mm, table, null, false);
  }

  /** The same, if it maps the folio, which is locked. */
  void splitFolio(Cpu cpu, Mm mm, PageTable table, Page folio) {
    split(cpu, mm, table, folio, false);
  }

  /** The same, and makes migration entries of what it maps unless it is pinned. */
  public void splitAndFreeze(Cpu cpu, Mm mm, PageTable table, Page folio) {
    split(cpu, mm, table, folio, true);
  }

  private boolean split(Cpu cpu, Mm mm, PageTable table, Page folio, boolean freeze) {
    cpu.at(LOCK).spin_lock(table.above().lock());
    long pmd = cpu.at(READ).read_plain_in_source(table.pmd());
    if (folio == null && Pte.isTransHuge(pmd) && pageLock.applies()) {
      return splitWithPageLocked(cpu, mm, table, pmd);
    }
    if (Pte.isHuge(pmd)
        && (folio == null || (Pte.isTransHuge(pmd) && Pte.address(pmd) == folio.address()))) {
      splitLocked(cpu, mm, table, pmd, freeze);
    }
    cpu.at(UNLOCK).spin_unlock(table.above().lock());
    return true;
  }

  private boolean splitWithPageLocked(Cpu cpu, Mm mm, PageTable table, long pmd) {
    Page head = Pte.page(memory, pmd);
    SplitPageLock.Locked locked = pageLock.lock(cpu, table, pmd, head);
    if (locked == SplitPageLock.Locked.YES) {
      splitLocked(cpu, mm, table, pmd, false);
      cpu.at(UNLOCK).spin_unlock(table.above().lock());
      pageLock.unlock(cpu, head);
    }
    return locked != SplitPageLock.Locked.WAITS;
  }

  private void splitLocked(Cpu cpu, Mm mm, PageTable table, long pmd, boolean freeze) {
    Page head = Pte.page(memory, pmd);
    if (Pte.isMigration(pmd)) {
      long old = readMigration(cpu, mm, table.pmd());
      populate(cpu, table, head, migrationBits(old));
      return;
    }
    long old = arch.establishInvalid(cpu.at(INVALIDATE), table.pmd());
    arch.flush(cpu.at(FLUSH), mm);
    if (Pte.dirty(old)) {
      cpu.at(DIRTY).set_bit(PG_DIRTY, head.flags());
    }
    cpu.at(REFERENCES).atomic_add(head.block().size() - 1, head.refcount());
    boolean exclusive = isExclusive(cpu, head);
    boolean freezes = freeze && mayFreeze(cpu, head, exclusive);
    if (freezes) {
      long kind = exclusive && !Pte.writable(old) ? Pte.EXCLUSIVE : 0;
      setPtes(cpu, table, head, Pte.MIGRATION | (old & Pte.WRITE) | kind, true, false);
    } else {
      setPtes(cpu, table, head, Pte.PRESENT | (old & Pte.WRITE), true, exclusive);
    }
    removeCompound(cpu, head);
    cpu.at(PTE_WMB).smp_wmb();
    arch.populate(cpu.at(POPULATE), table.pmd(), table.asPmd());
    if (freezes) {
      for (Page part : head.block().pages()) {
        CompoundRmap.removePart(cpu.at(REMOVE_RMAP), part);
        free.putPage(cpu.at(PUT), part);
      }
    }
  }

  /** A migration entry; until the fix it is made invalid as if it were present. */
  private long readMigration(Cpu cpu, Mm mm, Word pmd) {
    if (kernel.adds(PRESENT_ONLY)) {
      return cpu.at(PRESENT_ONLY).read_plain_in_source(pmd);
    }
    long old = arch.establishInvalid(cpu.at(INVALIDATE), pmd);
    arch.flush(cpu.at(FLUSH), mm);
    return old;
  }

  private static long migrationBits(long pmd) {
    return Pte.MIGRATION | (pmd & (Pte.WRITE | Pte.EXCLUSIVE));
  }

  private void populate(Cpu cpu, PageTable table, Page head, long bits) {
    setPtes(cpu, table, head, bits, false, false);
    cpu.at(PTE_WMB).smp_wmb();
    arch.populate(cpu.at(POPULATE), table.pmd(), table.asPmd());
  }

  private boolean isExclusive(Cpu cpu, Page head) {
    return kernel.state().hasAnonExclusive()
        && PageTests.pageAnon(cpu.at(EXCLUSIVE), head)
        && cpu.test_bit(PageFlag.anonExclusive(kernel), head.flags());
  }

  /** Whether the parts may get migration entries: in S1 to S3 unless the page is pinned. */
  private boolean mayFreeze(Cpu cpu, Page head, boolean exclusive) {
    if (kernel.state() == KernelState.S1) {
      cpu.VM_BUG_ON(!cpu.at(SHARE_CHECK).test_bit(PageFlag.anonExclusive(kernel), head.flags()));
    }
    boolean asks = exclusive || kernel.state() == KernelState.S1;
    return !asks || ShareAnonRmap.pageTryShareAnonRmap(kernel, cpu, head);
  }

  private void setPtes(
      Cpu cpu, PageTable table, Page head, long bits, boolean counts, boolean exclusive) {
    for (Page part : head.block().pages()) {
      Word pte = table.ptes().get(part.index());
      if (exclusive) {
        cpu.at(SET_EXCLUSIVE).set_bit(PageFlag.anonExclusive(kernel), part.flags());
      }
      cpu.VM_BUG_ON(cpu.at(SET_PTE).read_plain_in_source(pte) != 0);
      cpu.WRITE_ONCE(pte, part.address() | bits);
      if (counts) {
        cpu.at(MAPCOUNT).atomic_inc(part.mapcount());
      }
    }
  }

  /** What is in effect page_remove_rmap() of the PMD mapping. */
  private static void removeCompound(Cpu cpu, Page head) {
    Word compound = head.block().compoundMapcount();
    Word doubleMap = CompoundRmap.doubleMap(head);
    if (cpu.at(DOUBLE_MAP).atomic_read(compound) > 0
        && !cpu.test_and_set_bit(PG_DOUBLE_MAP, doubleMap)) {
      for (Page part : head.block().pages()) {
        cpu.atomic_inc(part.mapcount());
      }
    }
    if (cpu.at(COMPOUND_MAPCOUNT).atomic_add_negative(-1, compound)
        && cpu.test_and_clear_bit(PG_DOUBLE_MAP, doubleMap)) {
      for (Page part : head.block().pages()) {
        cpu.atomic_dec(part.mapcount());
      }
    }
  }
}
