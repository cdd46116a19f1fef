package org.cowcheck.mm;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.patch.Kernel;

/**
 * A store by user code: the walk of the page table, a write fault if the entry does not permit it,
 * and the store to the page, S0 to S3.
 *
 * <p>Left out: that the hardware may have the entry in its TLB, and sets the dirty bit; a second
 * fault.
 */
public final class UserWrite {
  public static final Steps STEPS = new Steps("user write");

  /** The name of the note that follows a store; its value is what was stored. */
  public static final String WRITTEN = "written";

  private static final Step WALK =
      STEPS.step("H1", "user code", "load the PTE: writable? else fault");
  private static final Step WALK_AGAIN =
      STEPS.step("H2", "user code", "after a fault, load the PTE again");
  private static final Step STORE = STEPS.step("H3", "user code", "store to the page");

  private final Memory memory;
  private final WriteFault fault;

  /**
   * User code on a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free frees a page whose last reference is dropped
   */
  public UserWrite(Kernel kernel, Memory memory, PageFree free) {
    this.memory = memory;
    this.fault = new WriteFault(kernel, memory, free);
  }

  /**
   * Stores to the page that an entry maps, and leaves the note {@link #WRITTEN}.
   *
   * @param pages the free pages of this CPU
   * @return whether the entry permits it, after one fault at most
   */
  public boolean write(Cpu cpu, Mm mm, PageTable table, long value, FreeList pages) {
    long pte = cpu.at(WALK).READ_ONCE(table.pte());
    if (!permits(pte)) {
      fault.doWpPage(cpu, mm, table, false, pages);
      pte = cpu.at(WALK_AGAIN).READ_ONCE(table.pte());
      if (!permits(pte)) {
        return false;
      }
    }
    cpu.at(STORE).WRITE_ONCE(Pte.page(memory, pte).contents(), value);
    cpu.note(WRITTEN, value);
    return true;
  }

  private static boolean permits(long pte) {
    return Pte.present(pte) && Pte.writable(pte);
  }
}
