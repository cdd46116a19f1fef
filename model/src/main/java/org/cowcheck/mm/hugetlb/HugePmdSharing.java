package org.cowcheck.mm.hugetlb;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.PageTable;
import org.cowcheck.patch.Kernel;

/**
 * huge_pmd_share() and huge_pmd_unshare() (mm/hugetlb.c), S0 to S3: processes that map the same
 * file of hugetlb share the table of PMD entries for it.
 *
 * <p>Who unshares clears its own PUD entry. The table then belongs to those who are left, perhaps
 * to one alone, who may map there what he likes. A GUP-fast of the first process may still be
 * walking it: since 1013af4f585f (CVE-2025-38085) unsharing waits for that. On x86 the flush of the
 * TLB by IPI has waited before, while i_mmap_rwsem is held.
 *
 * <p>i_mmap_rwsem is taken for writing throughout. Left out: the VMA lock of hugetlb, which
 * GUP-fast does not take; the search for a VMA to share with; the count of tables of an mm.
 */
public final class HugePmdSharing {
  public static final Steps STEPS = new Steps("huge_pmd_unshare");

  private static final Step SHARE_I_MMAP_LOCK =
      STEPS.step("HS1", "huge_pmd_share", "take i_mmap_rwsem for reading");
  private static final Step SHARE =
      STEPS.step("HS2", "huge_pmd_share", "_refcount of the table + 1");
  private static final Step SHARE_LOCK =
      STEPS.step("HS3", "huge_pmd_share", "take the lock of the table");
  private static final Step POPULATE =
      STEPS.step("HS4", "huge_pmd_share", "PUD entry none? then store it: the table");
  private static final Step GIVE_BACK =
      STEPS.step("HS5", "huge_pmd_share", "it is not: _refcount of the table - 1");
  private static final Step SHARE_UNLOCK =
      STEPS.step("HS6", "huge_pmd_share", "drop the lock of the table");
  private static final Step SHARE_I_MMAP_UNLOCK =
      STEPS.step("HS7", "huge_pmd_share", "drop i_mmap_rwsem");
  private static final Step I_MMAP_LOCK =
      STEPS.step("HS8", "hugetlb_unshare_pmds", "take i_mmap_rwsem for writing");
  private static final Step LOCK =
      STEPS.step("HS9", "hugetlb_unshare_pmds", "take the lock of the table");
  private static final Step IS_SHARED =
      STEPS.step("HS10", "huge_pmd_unshare", "load _refcount of the table: shared?");
  private static final Step CLEAR_PUD =
      STEPS.step("HS11", "huge_pmd_unshare", "clear the PUD entry");
  private static final Step SYNC =
      STEPS.later(
          "HS12",
          "tlb_remove_table_sync_one, later than v6.1",
          "wait by IPI for sections with IRQs off (1013af4f585f)");
  private static final Step UNSHARE =
      STEPS.step("HS13", "huge_pmd_unshare", "_refcount of the table - 1");
  private static final Step UNLOCK =
      STEPS.step("HS14", "hugetlb_unshare_pmds", "drop the lock of the table");
  private static final Step FLUSH = STEPS.step("HS15", "flush_hugetlb_tlb_range", "flush the TLB");
  private static final Step I_MMAP_UNLOCK =
      STEPS.step("HS16", "hugetlb_unshare_pmds", "drop i_mmap_rwsem");

  private final Kernel kernel;
  private final Arch arch;

  public HugePmdSharing(Kernel kernel) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
  }

  /**
   * What a table that may be shared has beside its entries.
   *
   * @param refcount _refcount of its page: how many PUD entries point to it
   * @param iMmapLock i_mmap_rwsem of the file that is mapped
   */
  public record Shared(Word refcount, Spinlock iMmapLock) {}

  /**
   * huge_pmd_share(): a PUD entry comes to point to a table of another process.
   *
   * @param table the walk through that PUD entry
   */
  public void share(Cpu cpu, PageTable table, Shared shared) {
    cpu.at(SHARE_I_MMAP_LOCK).spin_lock(shared.iMmapLock());
    cpu.at(SHARE).atomic_inc(shared.refcount());
    cpu.at(SHARE_LOCK).spin_lock(table.lock());
    if (cpu.at(POPULATE).read_plain_in_source(table.pmd()) == 0) {
      cpu.WRITE_ONCE(table.pmd(), table.asPmd());
    } else {
      cpu.at(GIVE_BACK).atomic_dec_and_test(shared.refcount());
    }
    cpu.at(SHARE_UNLOCK).spin_unlock(table.lock());
    cpu.at(SHARE_I_MMAP_UNLOCK).spin_unlock(shared.iMmapLock());
  }

  /**
   * hugetlb_unshare_pmds() and huge_pmd_unshare(): a PUD entry ceases to point to a table that
   * others use too.
   *
   * @param table the walk through that PUD entry
   * @return whether it was shared
   */
  public boolean unshare(Cpu cpu, Mm mm, PageTable table, Shared shared) {
    cpu.at(I_MMAP_LOCK).spin_lock(shared.iMmapLock());
    cpu.at(LOCK).spin_lock(table.lock());
    boolean isShared = cpu.at(IS_SHARED).atomic_read(shared.refcount()) > 1;
    if (isShared) {
      cpu.at(CLEAR_PUD).WRITE_ONCE(table.pmd(), 0);
      if (kernel.adds(SYNC)) {
        cpu.at(SYNC).ipi_sync();
      }
      cpu.at(UNSHARE).atomic_dec_and_test(shared.refcount());
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
    if (isShared) {
      arch.flushTlb(cpu.at(FLUSH), mm);
    }
    cpu.at(I_MMAP_UNLOCK).spin_unlock(shared.iMmapLock());
    return isShared;
  }
}
