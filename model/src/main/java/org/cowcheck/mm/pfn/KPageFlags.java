package org.cowcheck.mm.pfn;

import static org.cowcheck.mm.PageFlag.PG_HEAD;
import static org.cowcheck.mm.PageFlag.PG_SLAB;

import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.patch.Kernel;

/**
 * stable_page_flags(): what /proc/kpageflags shows of a page (fs/proc/page.c), S0 to S3.
 *
 * <p>The result mixes instants: the first load of flags supplies most bits, later loads the rest.
 * S1 takes the slab bit from a live PageSlab(), the other states from the first load.
 *
 * <p>Modelled are the loads that feed the bits below, in their order. Left out are those for huge,
 * zero, buddy, offline, page-table and idle pages, which feed other bits.
 */
public final class KPageFlags {
  public static final Steps STEPS = new Steps("stable_page_flags");

  public static final long KPF_SLAB = 1L << 7;
  public static final long KPF_MMAP = 1L << 11;
  public static final long KPF_ANON = 1L << 12;
  public static final long KPF_COMPOUND_HEAD = 1L << 15;
  public static final long KPF_COMPOUND_TAIL = 1L << 16;
  public static final long KPF_KSM = 1L << 21;

  private static final Step GET =
      STEPS.step("K0", "get_page_unless_zero", "_refcount += 1 unless it is 0");
  private static final Step SNAPSHOT =
      STEPS.step("K1", "stable_page_flags", "load flags: the snapshot");
  private static final Step MAPPED =
      STEPS.step("K2", "page_mapped", "load compound_head, flags (PG_head?) and _mapcount");
  private static final Step ANON = STEPS.step("K3", "PageAnon", "load mapping");
  private static final Step KSM = STEPS.step("K4", "PageKsm", "load mapping");
  private static final Step HEAD = STEPS.step("K5", "PageHead", "load flags: PG_head?");
  private static final Step TAIL = STEPS.step("K6", "PageTail", "load compound_head");
  private static final Step TAIL_AGAIN =
      STEPS.step("K7", "stable_page_flags", "load compound_head, for the slab bit of the head");
  private static final Step LIVE =
      STEPS.hunk(
          "K8",
          "stable_page_flags, S1",
          "PageSlab() of the page as it is now; load compound_head, for that of the head");

  private final Kernel kernel;

  public KPageFlags(Kernel kernel) {
    this.kernel = kernel;
  }

  /** stable_page_flags() of a page on which the caller need not hold a reference. */
  public long stablePageFlags(Cpu cpu, Page page) {
    long u = 0;
    long k = cpu.at(SNAPSHOT).read_plain_in_source(page.flags());
    if (!PageTests.pageSlab(kernel, cpu, page) && pageMapped(cpu.at(MAPPED), page)) {
      u |= KPF_MMAP;
    }
    if (PageTests.pageAnon(cpu.at(ANON), page)) {
      u |= KPF_ANON;
    }
    Ref<Page> folio = PageTests.compoundHead(cpu.at(KSM), Ref.to(page));
    if ((cpu.read_plain_in_source(folio.at(Page::mapping)) & Page.MAPPING_FLAGS)
        == Page.MAPPING_FLAGS) {
      u |= KPF_KSM;
    }
    if (cpu.at(HEAD).test_bit(PG_HEAD, page.flags())) {
      u |= KPF_COMPOUND_HEAD;
    }
    boolean tail = isTail(cpu.at(TAIL), page);
    if (tail) {
      u |= KPF_COMPOUND_TAIL;
    }
    if (kernel.has(LIVE)) {
      if (PageTests.pageSlab(kernel, cpu, page) || slabHead(cpu.at(LIVE), page)) {
        u |= KPF_SLAB;
      }
    } else if ((k & PageFlag.bit(PG_SLAB)) != 0
        || (isTail(cpu.at(TAIL_AGAIN), page) && slabHead(cpu.at(TAIL_AGAIN), page))) {
      u |= KPF_SLAB;
    }
    return u;
  }

  /**
   * stable_page_flags() under a reference taken by get_page_unless_zero(), as memory_failure() and
   * other careful walkers take one.
   *
   * @return the flags, or 0 if the page was being freed and got no reference
   */
  public long stablePageFlagsOfReferenced(Cpu cpu, Page page, PageFree free) {
    if (!cpu.at(GET).atomic_inc_not_zero(page.refcount())) {
      return 0;
    }
    long u = stablePageFlags(cpu, page);
    free.putPage(cpu, page);
    return u;
  }

  /** page_mapped(): compound_head, PG_head, _mapcount; of a compound page all its counts. */
  private static boolean pageMapped(Cpu cpu, Page page) {
    Ref<Page> folio = PageTests.compoundHead(cpu, Ref.to(page));
    if (!cpu.test_bit(PG_HEAD, folio.at(Page::flags))) {
      return cpu.atomic_read(folio.at(Page::mapcount)) >= 0;
    }
    PageBlock block = folio.target().block();
    if (cpu.atomic_read(folio.at(head -> block.compoundMapcount())) >= 0) {
      return true;
    }
    for (Page part : block.isHugetlb() ? List.<Page>of() : block.pages()) {
      if (cpu.atomic_read(folio.at(head -> part.mapcount())) >= 0) {
        return true;
      }
    }
    return false;
  }

  private static boolean isTail(Cpu cpu, Page page) {
    return (cpu.READ_ONCE(page.compoundHead()) & 1) != 0;
  }

  private boolean slabHead(Cpu cpu, Page page) {
    return PageTests.pageSlab(kernel, cpu, PageTests.compoundHead(cpu, Ref.to(page)));
  }
}
