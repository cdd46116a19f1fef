package org.cowcheck.scenario;

import static org.cowcheck.invariant.PageInvariants.noBug;
import static org.cowcheck.invariant.PageInvariants.slabWasTrue;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.fault.Fault;
import org.cowcheck.patch.Kernel;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * The setting of races in which a free page is faulted in as anonymous while somebody looks at it.
 * The page has never been a slab page, so whoever says "slab" lies.
 */
final class FaultedPage {
  private FaultedPage() {}

  /**
   * The fault is on CPU0, the reader looks on CPU1.
   *
   * @param column the head of the reader's column
   * @param function what the reader is, for reports; it returns 1 for "slab"
   */
  static Setting readBy(
      String column, String function, FreedPage.Reader reader, Kernel kernel, Memory memory) {
    Page page = Page.free(memory, "page");
    PageTable table = PageTable.of(memory, "mm", 0);
    PageFree free = new PageFree(kernel, memory.spinlock("lruvec.lock"));
    Fault fault = new Fault(kernel);
    return new Setting(
        memory,
        ImmutableList.of(
            new Program(
                "do_anonymous_page",
                cpu ->
                    fault.doAnonymousPage(kernel.boot(cpu), table, FreeList.of(page), free)
                        ? 1
                        : 0),
            new Program(column, cpu -> reader.look(kernel.boot(cpu), page, free))),
        ImmutableList.of(slabWasTrue(function, 1, 1, page), noBug()));
  }
}
