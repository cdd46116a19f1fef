package org.cowcheck.mm.migrate;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_HWPOISON;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.RmapVma;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.rmap.CompoundRmap;
import org.cowcheck.mm.rmap.ShareAnonRmap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * try_to_migrate() of a small page, and try_to_migrate_one() of an entry (mm/rmap.c), S0 to S3:
 * each entry that maps the page becomes a migration entry.
 *
 * <h2>The three kinds</h2>
 *
 * <pre>
 * entry was                            S0         S1 to S3
 * writable                             writable   writable
 * read-only, the page exclusive        readable   readable-exclusive
 * read-only, the page not exclusive    readable   readable
 * </pre>
 *
 * <h2>The flush</h2>
 *
 * At once, in all states, and that is all that S0 to S2 have between the cleared entry and the look
 * for pins. S0 does not look here at all: what stops the migration of a pinned page is the exact
 * reference count in folio_migrate_mapping().
 *
 * <p>A device-private entry is not accessible to the CPU, so that ptep_clear_flush() flushes
 * nothing. An entry of a poisoned page becomes a poison entry, and PG_anon_exclusive stays.
 *
 * <p>Left out: MMU notifiers, the lock of the anon_vma, mlock, arch_unmap_one(), unused entries of
 * s390, accessed bits, PROT_NONE entries.
 */
public final class TryToMigrate {
  public static final Steps STEPS = new Steps("try_to_migrate_one");

  private static final Step LOCK = STEPS.step("MG1", "page_vma_mapped_walk", "take the PT lock");
  private static final Step READ_PTE =
      STEPS.step("MG2", "page_vma_mapped_walk", "load the PTE: the page?");
  private static final Step EXCLUSIVE =
      STEPS.step(
          "MG3",
          "try_to_migrate_one, S1 to S3",
          "load mapping and flags: anon, PG_anon_exclusive?");
  private static final Step CLEAR_PTE = STEPS.step("MG4", "ptep_clear_flush", "clear the PTE (A1)");
  private static final Step FLUSH =
      STEPS.step("MG5", "ptep_clear_flush", "the PTE was accessible: flush the TLB");
  private static final Step DIRTY =
      STEPS.step("MG6", "try_to_migrate_one", "the PTE was dirty: test PG_dirty, and set it");
  private static final Step POISONED =
      STEPS.step("MG7", "try_to_migrate_one", "load flags: PG_hwpoison? then a poison entry");
  private static final Step WRITABLE_CHECK =
      STEPS.step(
          "MG8",
          "try_to_migrate_one, S1 to S3",
          "VM_BUG_ON: writable, anon, and not PG_anon_exclusive");
  private static final Step SHARE =
      STEPS.hunk("MG9", "try_to_migrate_one, S1 to S3", "exclusive: share it, unless it is pinned");
  private static final Step RESTORE =
      STEPS.step("MG10", "try_to_migrate_one, S1 to S3", "pinned: store the PTE as it was");
  private static final Step KIND =
      STEPS.hunk(
          "MG11", "try_to_migrate_one, S1 to S3", "read-only and exclusive: readable-exclusive");
  private static final Step SET_PTE =
      STEPS.step("MG12", "try_to_migrate_one", "store the migration entry (A4)");
  private static final Step REMOVE_RMAP = STEPS.step("MG13", "page_remove_rmap", "_mapcount - 1");
  private static final Step PUT = STEPS.step("MG14", "try_to_migrate_one", "drop the reference");
  private static final Step UNLOCK =
      STEPS.step("MG15", "page_vma_mapped_walk_done", "drop the PT lock");
  private static final Step MAPPED =
      STEPS.step("MG16", "page_not_mapped", "load _mapcount: mapped elsewhere? then go on");

  private final Kernel kernel;
  private final Arch arch;
  private final PageFree free;

  public TryToMigrate(Kernel kernel, PageFree free) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.free = free;
  }

  /** Unmaps a page that the caller has locked and holds a reference of; may leave it mapped. */
  public void tryToMigrate(Cpu cpu, Page page, Iterable<RmapVma> vmas) {
    for (RmapVma vma : vmas) {
      if (!walk(cpu, page, vma.mm(), vma.table())
          || cpu.at(MAPPED).atomic_read(page.mapcount()) < 0) {
        return;
      }
    }
  }

  private boolean walk(Cpu cpu, Page page, Mm mm, PageTable table) {
    cpu.at(LOCK).spin_lock(table.lock());
    long mapped = cpu.at(READ_PTE).read_plain_in_source(table.pte());
    boolean isPages =
        Pte.address(mapped) == page.address()
            && (Pte.present(mapped) || Pte.isDevicePrivate(mapped));
    boolean done = !isPages || tryToMigrateOne(cpu, page, page, mm, table);
    cpu.at(UNLOCK).spin_unlock(table.lock());
    return done;
  }

  /**
   * try_to_migrate_one() of an entry that maps a page; the caller holds the PT lock.
   *
   * @param folio the page, or the huge page that it is a part of
   * @return false if the page may be pinned
   */
  public boolean tryToMigrateOne(Cpu cpu, Page folio, Page page, Mm mm, PageTable table) {
    boolean exclusive =
        kernel.state().hasAnonExclusive()
            && PageTests.folioTestAnon(cpu.at(EXCLUSIVE), Ref.to(folio))
            && cpu.test_bit(PageFlag.anonExclusive(kernel), page.flags());
    long pte = arch.ptepGetAndClear(cpu.at(CLEAR_PTE), table);
    if (Pte.present(pte)) {
      arch.flushTlb(cpu.at(FLUSH), mm);
    }
    if (Pte.dirty(pte) && !cpu.at(DIRTY).test_bit(PG_DIRTY, folio.flags())) {
      cpu.test_and_set_bit(PG_DIRTY, folio.flags());
    }
    long entry;
    if (!page.isDevicePrivate() && cpu.at(POISONED).test_bit(PG_HWPOISON, page.flags())) {
      entry = Pte.hwpoison(page);
    } else {
      if (kernel.state().hasAnonExclusive() && !page.isDevicePrivate()) {
        cpu.VM_BUG_ON(
            Pte.writable(pte)
                && !exclusive
                && PageTests.folioTestAnon(cpu.at(WRITABLE_CHECK), Ref.to(folio)));
      }
      if (exclusive && kernel.has(SHARE) && !share(cpu, page, table, pte)) {
        return false;
      }
      entry = Pte.migration(page, kept(pte, exclusive));
    }
    cpu.at(SET_PTE).WRITE_ONCE(table.pte(), entry);
    CompoundRmap.removePart(cpu.at(REMOVE_RMAP), page);
    free.putPage(cpu.at(PUT), page);
    return true;
  }

  private boolean share(Cpu cpu, Page page, PageTable table, long pte) {
    boolean shared = ShareAnonRmap.pageTryShareAnonRmap(kernel, cpu.at(SHARE), page);
    // "Cannot fail": a device-private page cannot be pinned.
    cpu.VM_BUG_ON(!shared && page.isDevicePrivate());
    if (!shared) {
      cpu.at(RESTORE).WRITE_ONCE(table.pte(), pte);
    }
    return shared;
  }

  /** What the migration entry keeps of the entry. */
  private long kept(long pte, boolean exclusive) {
    return kind(kernel, pte, exclusive && kernel.has(KIND))
        | (kernel.state() == KernelState.S3 ? pte & Pte.DIRTY : 0)
        | (pte & Pte.UFFD_WP);
  }

  /** Whether a migration entry is writable, readable-exclusive or readable. */
  static long kind(Kernel kernel, long pte, boolean exclusive) {
    if (Pte.writable(pte)) {
      return Pte.WRITE;
    }
    return exclusive && kernel.state().hasAnonExclusive() ? Pte.EXCLUSIVE : 0;
  }
}
