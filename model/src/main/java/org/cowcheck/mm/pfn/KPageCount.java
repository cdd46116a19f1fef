package org.cowcheck.mm.pfn;

import static org.cowcheck.mm.PageFlag.PG_HEAD;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTests;
import org.cowcheck.patch.Kernel;

/**
 * kpagecount_read() of one page: how often it is mapped, as /proc/kpagecount shows it
 * (fs/proc/page.c), and page_mapcount() (include/linux/mm.h), S0 to S3. The reader holds no
 * reference; what PageSlab() calls a slab page counts 0.
 *
 * <p>Left out: PG_double_map, which takes one from the count of a subpage.
 */
public final class KPageCount {
  public static final Steps STEPS = new Steps("kpagecount_read");

  private static final Step HAS_TYPE =
      STEPS.step("KC1", "page_has_type", "load page_type, which lies over _mapcount");
  private static final Step COMPOUND =
      STEPS.step("KC2", "PageCompound", "load flags (PG_head?), and compound_head");
  private static final Step MAPCOUNT = STEPS.step("KC3", "page_mapcount", "load _mapcount");
  private static final Step IS_ANON =
      STEPS.step("KC3a", "__page_mapcount", "PageAnon: load compound_head and mapping");
  private static final Step COMPOUND_MAPCOUNT =
      STEPS.step("KC4", "__page_mapcount", "load compound_head, then compound_mapcount");

  /** PAGE_MAPCOUNT_RESERVE: below it the word is a type. */
  private static final long MAPCOUNT_RESERVE = -128;

  private KPageCount() {}

  /** The count that is shown of a page. */
  public static long pageCount(Kernel kernel, Cpu cpu, Page page) {
    if (PageTests.pageSlab(kernel, cpu, page)
        || cpu.at(HAS_TYPE).read_plain_in_source(page.mapcount()) < MAPCOUNT_RESERVE) {
      return 0;
    }
    boolean isCompound =
        cpu.at(COMPOUND).test_bit(PG_HEAD, page.flags())
            || (cpu.READ_ONCE(page.compoundHead()) & 1) != 0;
    long count = cpu.at(MAPCOUNT).atomic_read(page.mapcount()) + 1;
    if (!isCompound) {
      return count;
    }
    boolean isHuge = page.block().isHugetlb();
    if (!PageTests.pageAnon(cpu.at(IS_ANON), page) && !isHuge) {
      return count;
    }
    Ref<Page> head = PageTests.compoundHead(cpu.at(COMPOUND_MAPCOUNT), Ref.to(page));
    Word compoundMapcount = head.target().block().compoundMapcount();
    return compoundMapcount == null
        ? count
        : count + cpu.atomic_read(head.at(folio -> compoundMapcount)) + 1;
  }
}
