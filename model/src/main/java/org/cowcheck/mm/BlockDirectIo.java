package org.cowcheck.mm;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;

/**
 * A direct IO read from a block device into a page that the caller has pinned:
 * bio_set_pages_dirty() (block/bio.c), and what the device stores, S0 to S3.
 *
 * <p>Left out: the page lock around set_page_dirty(), for which the kernel would wait.
 */
public final class BlockDirectIo {
  public static final Steps STEPS = new Steps("direct IO read");

  private static final Step SET_DIRTY =
      STEPS.step("MF30", "bio_set_pages_dirty", "test PG_dirty, and set it");
  private static final Step STORE = STEPS.step("MF31", "the device", "store to the page");

  private BlockDirectIo() {}

  /** Reads a value into a page, and leaves the note {@link UserWrite#WRITTEN}. */
  public static void readInto(Cpu cpu, Page page, long value) {
    if (!cpu.at(SET_DIRTY).test_bit(PG_DIRTY, page.flags())) {
      cpu.test_and_set_bit(PG_DIRTY, page.flags());
    }
    cpu.at(STORE).WRITE_ONCE(page.contents(), value);
    cpu.note(UserWrite.WRITTEN, value);
  }
}
