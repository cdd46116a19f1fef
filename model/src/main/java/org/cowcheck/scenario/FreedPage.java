package org.cowcheck.scenario;

import static org.cowcheck.invariant.PageInvariants.freedPageIsClean;
import static org.cowcheck.invariant.PageInvariants.noBug;
import static org.cowcheck.invariant.PageInvariants.slabWasTrue;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.patch.Kernel;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * The setting of races in which an exclusive anonymous page loses its last mapping's reference
 * while somebody looks at it. The page has never been a slab page, so whoever says "slab" lies.
 */
final class FreedPage {
  private FreedPage() {}

  /** What looks at the page. */
  interface Reader {
    long look(Cpu cpu, Page page, PageFree free);
  }

  /**
   * The owner drops its reference on CPU0, the reader looks on CPU1.
   *
   * @param function what the reader is, for its column and for reports
   * @param said the bits of the reader's result that say "slab"
   */
  static Setting readBy(String function, long said, Reader reader, Kernel kernel, Memory memory) {
    Page page = AnonPage.zapped(memory, kernel);
    return readBy(function, said, page, reader, kernel, memory);
  }

  /** The same of a page that was made elsewhere, in the same memory: whose last reference it is. */
  static Setting readBy(
      String function, long said, Page page, Reader reader, Kernel kernel, Memory memory) {
    PageFree free = new PageFree(kernel, memory.spinlock("lruvec.lock"));
    return new Setting(
        memory,
        ImmutableList.of(
            new Program("put_page", cpu -> free.putPage(kernel.boot(cpu), page) ? 1 : 0),
            new Program(function, cpu -> reader.look(kernel.boot(cpu), page, free))),
        ImmutableList.of(
            slabWasTrue(function + "()", 1, said, page),
            freedPageIsClean(kernel, 0, page),
            noBug()));
  }
}
