package org.cowcheck.mm;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Platform;

/**
 * mprotect(PROT_READ | PROT_WRITE) of an entry that is read-only: change_pte_range() and
 * can_change_pte_writable() (mm/mprotect.c), S0 to S3.
 *
 * <p>A private mapping has no write permission of its own, so that the next write faults. Since
 * v6.0 (64fe24a3e05e) the entry of a dirty, exclusive page becomes writable at once.
 *
 * <p>Left out: soft-dirty and userfaultfd, which keep the entry read-only; swap and other
 * non-present entries, which stay as they are; huge pages.
 */
public final class ProtectWritable {
  public static final Steps STEPS = new Steps("mprotect to writable");

  private static final Step MMAP_LOCK =
      STEPS.step("SV1", "do_mprotect_pkey", "take mmap_lock for writing");
  private static final Step LOCK = STEPS.step("SV2", "change_pte_range", "take the PT lock");
  private static final Step READ_PTE =
      STEPS.step("SV3", "change_pte_range", "load the PTE: present, not writable?");
  private static final Step CLEAR_PTE =
      STEPS.step("SV4", "ptep_modify_prot_start", "clear the PTE");
  private static final Step EXCLUSIVE =
      STEPS.step(
          "SV5",
          "can_change_pte_writable, S3",
          "dirty; PageAnon, and load flags: PG_anon_exclusive? then writable");
  private static final Step SET_PTE =
      STEPS.step("SV6", "ptep_modify_prot_commit", "store the PTE, writable or not");
  private static final Step UNLOCK = STEPS.step("SV7", "change_pte_range", "drop the PT lock");
  private static final Step FLUSH =
      STEPS.step("SV8", "change_protection", "flush the TLB; not in S3 on x86");
  private static final Step MMAP_UNLOCK = STEPS.step("SV9", "do_mprotect_pkey", "drop mmap_lock");

  private final Kernel kernel;
  private final Arch arch;
  private final Memory memory;

  /**
   * mprotect() under a kernel.
   *
   * @param memory knows the pages that entries name
   */
  public ProtectWritable(Kernel kernel, Memory memory) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.memory = memory;
  }

  /** Makes an entry writable, if it may be without a fault. */
  public void changePteRange(Cpu cpu, Mm mm, PageTable table) {
    cpu.at(MMAP_LOCK).spin_lock(mm.mmapLock());
    cpu.at(LOCK).spin_lock(table.lock());
    long read = cpu.at(READ_PTE).read_plain_in_source(table.pte());
    boolean changes = Pte.present(read) && !Pte.writable(read);
    if (changes) {
      long pte = arch.ptepGetAndClear(cpu.at(CLEAR_PTE), table);
      long write = canChangePteWritable(cpu.at(EXCLUSIVE), pte) ? Pte.WRITE : 0;
      cpu.at(SET_PTE).WRITE_ONCE(table.pte(), pte | write);
    }
    cpu.at(UNLOCK).spin_unlock(table.lock());
    // pte_needs_flush() of x86, S3: not where permissions are only added.
    if (changes && !(kernel.state() == KernelState.S3 && kernel.platform() == Platform.X86)) {
      arch.flushTlb(cpu.at(FLUSH), mm);
    }
    cpu.at(MMAP_UNLOCK).spin_unlock(mm.mmapLock());
  }

  private boolean canChangePteWritable(Cpu cpu, long pte) {
    if (kernel.state() != KernelState.S3 || !Pte.dirty(pte)) {
      return false;
    }
    Page page = Pte.page(memory, pte);
    Ref<Page> head = PageTests.compoundHead(cpu, Ref.to(page));
    return PageTests.folioTestAnon(cpu, head)
        && cpu.test_bit(PageFlag.anonExclusive(kernel.state()), page.flags());
  }
}
