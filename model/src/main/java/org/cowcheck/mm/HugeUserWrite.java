package org.cowcheck.mm;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.patch.Kernel;

/**
 * A store by user code to memory that a writable huge PMD entry may map, S0 to S3; what a page
 * table maps is left to {@link UserAccess}.
 */
public final class HugeUserWrite {
  public static final Steps STEPS = new Steps("user write to a huge page");

  private static final Step WALK =
      STEPS.step("KH60", "user code", "load the PMD entry: a huge page, writable?");
  private static final Step STORE = STEPS.step("KH61", "user code", "store to the page");

  private final Memory memory;
  private final UserAccess user;

  /**
   * User code on a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free frees a page whose last reference is dropped
   */
  public HugeUserWrite(Kernel kernel, Memory memory, PageFree free) {
    this.memory = memory;
    this.user = new UserAccess(kernel, memory, free);
  }

  /**
   * Stores to what an address maps, and leaves the note {@link UserAccess#WRITTEN}.
   *
   * @param table where the address is
   * @param pages the free pages of this CPU
   */
  public boolean write(Cpu cpu, Mm mm, PageTable table, long value, FreeList pages) {
    long pmd = cpu.at(WALK).READ_ONCE(table.pmd());
    if (!Pte.isHuge(pmd) || !Pte.writable(pmd)) {
      return user.write(cpu, mm, table, value, pages);
    }
    Page page = Pte.page(memory, pmd).block().pages().get(table.index());
    cpu.at(STORE).WRITE_ONCE(page.contents(), value);
    cpu.note(UserAccess.WRITTEN, value);
    return true;
  }
}
