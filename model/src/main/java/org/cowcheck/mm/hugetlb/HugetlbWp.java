package org.cowcheck.mm.hugetlb;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.fault.WriteFault;
import org.cowcheck.mm.rmap.HugetlbRmap;
import org.cowcheck.patch.Kernel;

/**
 * hugetlb_wp() of a private mapping (mm/hugetlb.c; v5.17: hugetlb_cow()), S0 to S3: a write to an
 * entry that is not writable, or FAULT_FLAG_UNSHARE.
 *
 * <p>In all states the page is reused if it is anonymous and mapped once, whoever else has
 * references to it. The huge page pool may be small, and a copy fail.
 *
 * <p>Left out: a pool that is empty, and the unmapping from others that follows; shared mappings;
 * page-cache pages that the fault holds; MMU notifiers.
 */
public final class HugetlbWp {
  public static final Steps STEPS = new Steps("hugetlb_wp");

  /** That of the mapping, and the one that hugetlb_fault() takes. */
  private static final int OWN_REFERENCES = 2;

  private static final Step UFFD_WP =
      STEPS.later(
          "HX1", "hugetlb_wp", "uffd-wp: leave the entry alone (60d5b473d61b, later than v6.1)");
  private static final Step MAPPED_ONCE =
      STEPS.step(
          "HX2",
          "hugetlb_wp",
          "load compound_mapcount, mapping: mapped once, and anon? then reuse");
  private static final Step SOLE_REFERENCE =
      STEPS.later(
          "HX2a",
          "hugetlb_wp",
          "exclusive, or _refcount that of the mapping and the fault alone? else copy");
  private static final Step EXCLUSIVE =
      STEPS.step(
          "HX3", "hugetlb_wp, S1 to S3", "load flags of the head: PG_anon_exclusive already?");
  private static final Step REUSE =
      STEPS.step(
          "HX4",
          "set_huge_ptep_writable",
          "store the entry: writable, dirty; flush the TLB if not x86");
  private static final Step CHECK =
      STEPS.step("HX5", "hugetlb_wp, S1 to S3", "to copy: VM_BUG_ON anon and PG_anon_exclusive");
  private static final Step GET = STEPS.step("HX6", "hugetlb_wp", "_refcount of the old page + 1");
  private static final Step UNLOCK = STEPS.step("HX7", "hugetlb_wp", "drop the lock of the entry");
  private static final Step LOCK = STEPS.step("HX8", "hugetlb_wp", "take the lock of the entry");
  private static final Step SAME =
      STEPS.step("HX9", "hugetlb_wp", "load the entry: still the same?");
  private static final Step CLEAR =
      STEPS.step("HX10", "huge_ptep_clear_flush", "clear the entry, flush the TLB");
  private static final Step SET = STEPS.step("HX11", "hugetlb_wp", "store the entry: the copy");
  private static final Step COPY_UNLOCK =
      STEPS.step("HX12", "hugetlb_wp", "drop the lock of the entry");
  private static final Step PUT =
      STEPS.step("HX13", "hugetlb_wp", "drop the references of the page that is not used");
  private static final Step LOCK_AGAIN =
      STEPS.step("HX14", "hugetlb_wp", "take the lock of the entry, which the caller drops");

  private final Kernel kernel;
  private final Arch arch;
  private final Memory memory;
  private final PageFree free;

  HugetlbWp(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.memory = memory;
    this.free = free;
  }

  /**
   * Makes the page writable, or exclusive, or copies it. The caller holds the lock of the entry and
   * the page lock.
   *
   * @param entry what the entry is: present, not writable
   * @param unshare FAULT_FLAG_UNSHARE
   * @param pages the free pages of this CPU
   */
  void hugetlbWp(Cpu cpu, HugetlbVma vma, long entry, boolean unshare, FreeList pages) {
    if (kernel.adds(UFFD_WP) && !unshare && (entry & Pte.UFFD_WP) != 0) {
      return;
    }
    Page old = Pte.page(memory, entry);
    if (cpu.at(MAPPED_ONCE).atomic_read(old.block().compoundMapcount()) == 0
        && PageTests.folioTestAnon(cpu, Ref.to(old))
        && (!kernel.adds(SOLE_REFERENCE) || mayReuse(cpu, old))) {
      if (!kernel.state().hasAnonExclusive() || !isExclusive(cpu.at(EXCLUSIVE), old)) {
        HugetlbRmap.move(kernel, cpu, old);
      }
      if (!unshare) {
        arch.setAccessFlags(cpu.at(REUSE), vma.mm(), vma.entry(), entry | Pte.WRITE | Pte.DIRTY);
      }
      return;
    }
    if (kernel.state().hasAnonExclusive()) {
      cpu.VM_BUG_ON(PageTests.folioTestAnon(cpu.at(CHECK), Ref.to(old)) && isExclusive(cpu, old));
    }
    cpu.at(GET).atomic_inc(old.refcount());
    cpu.note(WriteFault.COPIED, old.address());
    cpu.at(UNLOCK).spin_unlock(vma.lock());
    Page copy = HugetlbAlloc.allocHugePage(cpu, pages);
    HugetlbAlloc.copyHugePage(cpu, copy, old);
    HugetlbAlloc.setPageUptodate(cpu, copy);
    Page unused = install(cpu, vma, entry, unshare, copy) ? old : copy;
    free.putPage(cpu.at(PUT), unused);
    free.putPage(cpu.at(PUT), old);
    cpu.at(LOCK_AGAIN).spin_lock(vma.lock());
  }

  /** As a small page is reused: exclusive already, or nobody else has a reference. */
  private boolean mayReuse(Cpu cpu, Page old) {
    return isExclusive(cpu.at(SOLE_REFERENCE), old)
        || cpu.atomic_read(old.refcount()) == OWN_REFERENCES;
  }

  private boolean install(Cpu cpu, HugetlbVma vma, long entry, boolean unshare, Page copy) {
    cpu.at(LOCK).spin_lock(vma.lock());
    boolean same = cpu.at(SAME).recheck(vma.entry(), entry);
    if (same) {
      arch.getAndClear(cpu.at(CLEAR), vma.entry());
      arch.flushTlb(cpu, vma.mm());
      HugetlbRmap.remove(cpu, Pte.page(memory, entry));
      HugetlbRmap.addNew(kernel, cpu, copy);
      long made = (unshare ? Pte.readOnly(copy) : Pte.writable(copy)) | Pte.HUGE;
      cpu.at(SET).WRITE_ONCE(vma.entry(), made);
      if (unshare) {
        cpu.note(WriteFault.UNSHARED, copy.address());
      }
    }
    cpu.at(COPY_UNLOCK).spin_unlock(vma.lock());
    return same;
  }

  private boolean isExclusive(Cpu cpu, Page head) {
    return cpu.test_bit(PageFlag.anonExclusive(kernel), head.flags());
  }
}
