package org.cowcheck.mm;

import static org.cowcheck.mm.PageFlag.PG_SLAB;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.patch.Kernel;

/**
 * PageAnon(), PageSlab() and their relatives (include/linux/page-flags.h).
 *
 * <p>In S1 PageSlab() looks at two words with nothing between the loads. folio_test_slab() is the
 * same without the compound_head loads.
 */
public final class PageTests {
  public static final Steps STEPS = new Steps("PageSlab");

  private static final Step SLAB_HEAD =
      STEPS.step("T1", "PageSlab", "load compound_head (for PageAnon in S1)");
  private static final Step SLAB_MAPPING =
      STEPS.hunk("T2", "PageSlab, S1", "load mapping of the head: PageAnon?");
  private static final Step SLAB_HEAD_AGAIN =
      STEPS.hunk("T3", "PageSlab, S1", "load compound_head a second time");
  private static final Step SLAB_FLAGS =
      STEPS.step("T4", "PageSlab", "load flags of the head: PG_slab?");
  private static final Step FOLIO_SLAB_MAPPING =
      STEPS.hunk("T6", "folio_test_slab, S1", "load mapping: folio_test_anon?");
  private static final Step FOLIO_SLAB_FLAGS =
      STEPS.step("T7", "folio_test_slab", "load flags: PG_slab?");

  private PageTests() {}

  /** compound_head(): one marked load; what is reached through it depends on that load. */
  public static Ref<Page> compoundHead(Cpu cpu, Ref<Page> page) {
    return cpu.READ_ONCE(page.at(Page::compoundHead), value -> page.target().head(value));
  }

  /** PageAnon(): compound_head, then mapping (plain in source). The caller labels the step. */
  public static boolean pageAnon(Cpu cpu, Page page) {
    return pageAnon(cpu, Ref.to(page));
  }

  /** The same, of a page that was just found. */
  public static boolean pageAnon(Cpu cpu, Ref<Page> page) {
    return folioTestAnon(cpu, compoundHead(cpu, page));
  }

  /** folio_test_anon(): one load of mapping (plain in source). The caller labels the step. */
  public static boolean folioTestAnon(Cpu cpu, Ref<Page> folio) {
    return (cpu.read_plain_in_source(folio.at(Page::mapping)) & Page.MAPPING_ANON) != 0;
  }

  /** folio_test_ksm(): one load of mapping (plain in source). The caller labels the step. */
  public static boolean folioTestKsm(Cpu cpu, Page folio) {
    return (cpu.read_plain_in_source(folio.mapping()) & Page.MAPPING_FLAGS) == Page.MAPPING_FLAGS;
  }

  /** PageSlab(). */
  public static boolean pageSlab(Kernel kernel, Cpu cpu, Page page) {
    return pageSlab(kernel, cpu, Ref.to(page));
  }

  /** PageSlab() of a page that a pointer names. */
  public static boolean pageSlab(Kernel kernel, Cpu cpu, Ref<Page> page) {
    Ref<Page> head = compoundHead(cpu.at(SLAB_HEAD), page);
    if (kernel.has(SLAB_MAPPING)) {
      if (folioTestAnon(cpu.at(SLAB_MAPPING), head)) {
        return false;
      }
      if (kernel.has(SLAB_HEAD_AGAIN)) {
        head = compoundHead(cpu.at(SLAB_HEAD_AGAIN), page);
      }
    }
    return cpu.at(SLAB_FLAGS).test_bit(PG_SLAB, head.at(Page::flags));
  }

  /** folio_test_slab() on a folio that the caller has in hand. */
  public static boolean folioTestSlab(Kernel kernel, Cpu cpu, Page folio) {
    if (kernel.has(FOLIO_SLAB_MAPPING)
        && folioTestAnon(cpu.at(FOLIO_SLAB_MAPPING), Ref.to(folio))) {
      return false;
    }
    return cpu.at(FOLIO_SLAB_FLAGS).test_bit(PG_SLAB, folio.flags());
  }

  /**
   * is_longterm_pinnable_page(): the zone, in flags (plain in source). The caller labels the step.
   */
  public static boolean isLongtermPinnable(Cpu cpu, Ref<Page> page) {
    return (cpu.read_plain_in_source(page.at(Page::flags)) & PageFlag.bit(PageFlag.ZONE_MOVABLE))
        == 0;
  }
}
