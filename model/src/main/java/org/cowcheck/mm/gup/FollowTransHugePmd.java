package org.cowcheck.mm.gup;

import java.util.Optional;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.ArchPmd;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.Vma;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * follow_trans_huge_pmd() (mm/huge_memory.c), as follow_pmd_mask() (mm/gup.c) calls it: the part of
 * slow GUP for one page of an anonymous huge page that a PMD entry maps, S0 to S3. What is true of
 * the huge page is asked of its head.
 *
 * <p>As in {@link SlowGup}, all looks at the entry are under its lock but the first, after which it
 * is looked at again.
 *
 * <p>Left out: as in {@link SlowGup}; FOLL_DUMP, FOLL_SPLIT_PMD and waiting for a migration.
 */
public final class FollowTransHugePmd {
  public static final Steps STEPS = new Steps("follow_trans_huge_pmd");

  private static final Step READ =
      STEPS.step("TH1", "follow_pmd_mask", "load the PMD entry: huge, or a table?");
  private static final Step LOCK =
      STEPS.step("TH2", "follow_pmd_mask", "take the lock of the PMD entry");
  private static final Step READ_AGAIN =
      STEPS.step("TH3", "follow_pmd_mask", "load the PMD entry: still huge? permitted?");
  private static final Step FORCED =
      STEPS.step(
          "TH4",
          "can_follow_write_pmd, S3",
          "FOLL_FORCE: load compound_head, mapping, flags: PageAnon, PG_anon_exclusive?");
  private static final Step CHECK =
      STEPS.step(
          "TH5",
          "follow_trans_huge_pmd, S1 to S3, DEBUG_VM",
          "FOLL_PIN, PageAnon: VM_BUG_ON without PG_anon_exclusive of the head");
  private static final Step TOUCH =
      STEPS.step("TH6", "touch_pmd", "FOLL_TOUCH, FOLL_WRITE and the entry clean: store it, dirty");
  private static final Step UNLOCK =
      STEPS.step("TH7", "follow_pmd_mask", "drop the lock of the PMD entry");

  private final Kernel kernel;
  private final ArchPmd arch;
  private final Memory memory;

  /**
   * Slow GUP under a kernel.
   *
   * @param memory knows the pages that entries name
   */
  FollowTransHugePmd(Kernel kernel, Memory memory) {
    this.kernel = kernel;
    this.arch = new ArchPmd(kernel);
    this.memory = memory;
  }

  /**
   * What the PMD entry above a table holds.
   *
   * @param table the table, if it is in place, by the load that found it: follow_page_pte() is to
   *     go on
   * @param page the page that was taken; null if a fault is needed
   * @param mustUnshare -EMLINK: the fault is to unshare the page
   */
  record Followed(Optional<Ref<PageTable>> table, Page page, boolean mustUnshare) {
    private static final Followed NOTHING = new Followed(Optional.empty(), null, false);
    private static final Followed MUST_UNSHARE = new Followed(Optional.empty(), null, true);

    private static Followed table(Cpu cpu, PageTable table) {
      return new Followed(Optional.of(new Ref<>(table, cpu.lastRead())), null, false);
    }
  }

  /**
   * Follows the PMD entry.
   *
   * @param table the table at the entry of the page, deposited or in place
   * @param brokeCow FOLL_COW, S0 to S2
   */
  Followed follow(Cpu cpu, Mm mm, Vma vma, PageTable table, GupFlags flags, boolean brokeCow) {
    long first = cpu.at(READ).READ_ONCE(table.pmd());
    if (!Pte.isTransHuge(first)) {
      return Pte.isTable(first) ? Followed.table(cpu, table) : Followed.NOTHING;
    }
    cpu.at(LOCK).spin_lock(table.above().lock());
    long pmd = cpu.at(READ_AGAIN).read_plain_in_source(table.pmd());
    Followed followed = Followed.NOTHING;
    if (Pte.isTransHuge(pmd)) {
      Ref<Page> head = new Ref<>(Pte.page(memory, pmd), cpu.lastRead());
      followed = followLocked(cpu, mm, vma, table, pmd, head, flags, brokeCow);
    } else if (Pte.isTable(pmd)) {
      followed = Followed.table(cpu, table);
    }
    cpu.at(UNLOCK).spin_unlock(table.above().lock());
    return followed;
  }

  private Followed followLocked(
      Cpu cpu,
      Mm mm,
      Vma vma,
      PageTable table,
      long pmd,
      Ref<Page> head,
      GupFlags flags,
      boolean brokeCow) {
    if (flags.write() && !canFollowWritePmd(cpu, vma, pmd, head, flags, brokeCow)) {
      return Followed.NOTHING;
    }
    if (kernel.state().hasAnonExclusive() && flags.pin()) {
      if (!Pte.writable(pmd) && GupMustUnshare.mustUnshare(kernel, cpu, head, flags)) {
        return Followed.MUST_UNSHARE;
      }
      cpu.VM_BUG_ON(PageTests.pageAnon(cpu.at(CHECK), head) && !isExclusive(cpu, head));
    }
    if (!TryGrabPage.tryGrabPage(kernel, cpu, head, flags)) {
      return Followed.NOTHING;
    }
    if (!flags.longterm() && flags.write() && !Pte.dirty(pmd)) {
      arch.setAccessFlags(cpu.at(TOUCH), mm, table.pmd(), pmd | Pte.DIRTY);
    }
    return new Followed(Optional.empty(), head.target().block().pages().get(table.index()), false);
  }

  private boolean canFollowWritePmd(
      Cpu cpu, Vma vma, long pmd, Ref<Page> head, GupFlags flags, boolean brokeCow) {
    if (Pte.writable(pmd)) {
      return true;
    }
    if (kernel.state() != KernelState.S3) {
      return flags.force() && brokeCow && Pte.dirty(pmd);
    }
    return flags.force()
        && !vma.write()
        && PageTests.pageAnon(cpu.at(FORCED), head)
        && isExclusive(cpu, head)
        && (pmd & Pte.UFFD_WP) == 0;
  }

  private boolean isExclusive(Cpu cpu, Ref<Page> head) {
    return cpu.test_bit(PageFlag.anonExclusive(kernel), head.at(Page::flags));
  }
}
