package org.cowcheck.mm.access;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.Tlb;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.fault.MmFault;
import org.cowcheck.mm.fault.MmFault.Access;
import org.cowcheck.mm.fault.Tries;
import org.cowcheck.patch.Kernel;

/**
 * A thread that sets both words of a page, the first before the second, while others change the
 * page table. It keeps a translation as long as the TLB may ({@link Tlb}); but for the time of one
 * access only in an mm of which every flush waits for accesses, and need not count {@link
 * Mm#tlbGen}.
 */
public final class ThreadWrite {
  public static final Steps STEPS = new Steps("thread write");

  /** The name of the note that follows the second store; its value is what was stored. */
  public static final String WRITTEN_SECOND = "written to the second word";

  private static final int MOST_FAULTS = 2;

  private static final Step ACCESS =
      STEPS.step("FG72", "user code", "the access begins: is the translation still valid?");
  private static final Step WALK = STEPS.step("FG73", "user code", "load the PTE: writable?");
  private static final Step STORE =
      STEPS.step("FG74", "user code", "store to the page (the second word: release)");
  private static final Step END = STEPS.step("FG75", "user code", "the access ends");

  private final Memory memory;
  private final MmFault fault;

  /**
   * User code on a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free takes back references
   * @param pages the free pages of this CPU
   */
  public ThreadWrite(Kernel kernel, Memory memory, PageFree free, FreeList pages) {
    this.memory = memory;
    this.fault = new MmFault(kernel, memory, free, pages);
  }

  /**
   * Sets both words, and leaves the notes of {@link UserAccess#write} and {@link #WRITTEN_SECOND};
   * whether the entry permitted it.
   */
  public boolean setBoth(Cpu cpu, Mm mm, PageTable table, long first, long second) {
    Tlb tlb = new Tlb(mm, table);
    Tlb next = mm.hasThreads() ? new Tlb(mm, table) : tlb;
    return set(cpu, mm, table, tlb, first, false) && set(cpu, mm, table, next, second, true);
  }

  private boolean set(Cpu cpu, Mm mm, PageTable table, Tlb tlb, long value, boolean second) {
    Tries tries = new Tries(MOST_FAULTS);
    while (true) {
      long access = tlb.begin(cpu.at(ACCESS));
      long pte = tlb.isValid() ? tlb.entry() : tlb.walk(cpu.at(WALK));
      boolean permitted = Pte.present(pte) && Pte.writable(pte);
      if (permitted) {
        Ref<Page> page = new Ref<>(Pte.page(memory, pte), tlb.read());
        if (second) {
          cpu.at(STORE).smp_store_release(page.at(Page::moreContents), value);
          cpu.note(WRITTEN_SECOND, value);
        } else {
          cpu.at(STORE).WRITE_ONCE(page.at(Page::contents), value);
          cpu.note(UserAccess.WRITTEN, value);
          cpu.note(UserAccess.AT, table.location());
        }
      }
      tlb.end(cpu.at(END), access);
      if (permitted || tries.isLast()) {
        return permitted;
      }
      if (!tries.goOnAfter(fault.handle(cpu, mm, table, Access.WRITE))) {
        return false;
      }
    }
  }
}
