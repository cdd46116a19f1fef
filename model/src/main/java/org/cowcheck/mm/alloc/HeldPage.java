package org.cowcheck.mm.alloc;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;

/**
 * Whoever holds a reference of a page from GUP, and reads or writes it without a page table: a
 * pipe, a device, access_remote_vm().
 */
public final class HeldPage {
  public static final Steps STEPS = new Steps("holder of a page reference");

  /** The name of the note of a load; its value is what was loaded. */
  public static final String SEEN = "seen through the reference";

  private static final Step LOAD = STEPS.step("FG65", "holder of the page", "load from the page");
  private static final Step STORE = STEPS.step("FG66", "holder of the page", "store to the page");
  private static final Step PUT =
      STEPS.step("FG67", "put_page", "drop the reference: the last one?");

  private HeldPage() {}

  /** Reads, and leaves the note {@link #SEEN}. */
  public static long read(Cpu cpu, Page page) {
    long seen = cpu.at(LOAD).READ_ONCE(page.contents());
    cpu.note(SEEN, seen);
    return seen;
  }

  /** Writes. */
  public static void write(Cpu cpu, Page page, long value) {
    cpu.at(STORE).WRITE_ONCE(page.contents(), value);
  }

  /** Drops a reference that FOLL_GET took. */
  public static void put(Cpu cpu, PageFree free, Page page) {
    free.putPage(cpu.at(PUT), page);
  }
}
