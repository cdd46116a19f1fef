package org.cowcheck.mm.access;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Folio;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.gup.Gup;
import org.cowcheck.mm.gup.GupFlags;
import org.cowcheck.mm.gup.Unpin;
import org.cowcheck.patch.Kernel;

/**
 * read() with O_DIRECT into a page: GUP, the device's store to the page, and the end of the request
 * (fs/direct-io.c, block/bio.c), S0 to S3. It takes ordinary references until v6.5.
 *
 * <p>Left out: the request itself; that the page is marked dirty again at its end.
 */
public final class DirectIo {
  public static final Steps STEPS = new Steps("O_DIRECT read");

  /** The name of the note of a store by the device; its value is what was stored. */
  public static final String DEVICE_WROTE = "the device wrote";

  private static final Step PINS =
      STEPS.later("FG60", "dio_refill_pages, since v6.5", "FOLL_PIN instead of FOLL_GET");
  private static final Step SET_DIRTY =
      STEPS.step("MF30", "bio_set_pages_dirty", "test PG_dirty, and set it");
  private static final Step STORE = STEPS.step("FG61", "device", "store to the page");
  private static final Step PUT =
      STEPS.step("FG62", "bio_release_pages", "drop the reference: the last one?");

  private final Kernel kernel;
  private final Gup gup;
  private final PageFree free;
  private final Unpin unpin;

  /**
   * Direct I/O under a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free takes back references
   * @param pages the free pages of this CPU
   */
  public DirectIo(Kernel kernel, Memory memory, PageFree free, FreeList pages) {
    this.kernel = kernel;
    this.gup = new Gup(kernel, memory, free, pages);
    this.free = free;
    this.unpin = new Unpin(kernel, free);
  }

  /** Begins a read into the page that an entry maps; null if there is none. */
  public Page submit(Cpu cpu, Mm mm, PageTable table) {
    return gup.getUserPagesFast(
        cpu, mm, table, kernel.adds(PINS) ? GupFlags.PIN_WRITE : GupFlags.GET_WRITE);
  }

  /**
   * A whole read of a block device into a page that the caller has pinned, which leaves the note
   * {@link UserAccess#WRITTEN}. The page lock around set_page_dirty(), for which the kernel would
   * wait, is left out.
   */
  public static void readInto(Cpu cpu, Page page, long value) {
    Page folio = Folio.of(cpu.at(SET_DIRTY), page);
    if (!cpu.test_bit(PG_DIRTY, folio.flags())) {
      cpu.test_and_set_bit(PG_DIRTY, folio.flags());
    }
    cpu.at(STORE).WRITE_ONCE(page.contents(), value);
    cpu.note(UserAccess.WRITTEN, value);
  }

  /** The device has the data, and the request ends. */
  public void complete(Cpu cpu, Page page, long data) {
    store(cpu, page, data);
    release(cpu, page);
  }

  /** The device has the data. */
  public void store(Cpu cpu, Page page, long data) {
    cpu.at(STORE).WRITE_ONCE(page.contents(), data);
    cpu.note(DEVICE_WROTE, data);
  }

  /** The request ends. */
  public void release(Cpu cpu, Page page) {
    if (kernel.adds(PINS)) {
      unpin.unpinUserPage(cpu, page);
    } else {
      free.putPage(cpu.at(PUT), page);
    }
  }
}
