package org.cowcheck.mm.gup;

import static org.cowcheck.mm.PageFlag.PG_HEAD;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.patch.Kernel;

/**
 * unpin_user_page() (mm/gup.c), S0 to S3, with the check of DEBUG_VM that the series added: a
 * pinned anonymous page is exclusive.
 */
public final class Unpin {
  public static final Steps STEPS = new Steps("unpin_user_page");

  /** The name of the note that ends {@link GupFast#PINNED}. */
  public static final String UNPINNED = "unpinned";

  private static final Step CHECK =
      STEPS.step(
          "V1",
          "sanity_check_pinned_pages, S1 to S3, DEBUG_VM",
          "PageAnon: VM_BUG_ON without PG_anon_exclusive");
  private static final Step PUT =
      STEPS.step(
          "V2",
          "gup_put_folio",
          "_refcount - 1024; of a compound page, compound_pincount - 1 and _refcount - 1: the last?");

  private static final Step OF_HEAD =
      STEPS.later(
          "HP8",
          "unpin_user_folio, v6.14",
          "load compound_head: name the head, whichever page was pinned (until 5afb4bf9fc62)");

  private final Kernel kernel;
  private final PageFree free;

  public Unpin(Kernel kernel, PageFree free) {
    this.kernel = kernel;
    this.free = free;
  }

  /** Drops a pin. */
  public void unpinUserPage(Cpu cpu, Page page) {
    cpu.note(UNPINNED, page.address());
    if (kernel.state().hasAnonExclusive()) {
      Page named = kernel.adds(OF_HEAD) ? head(cpu, page) : page;
      sanityCheck(cpu.at(CHECK), named);
    }
    TryGrabFolio.unpin(cpu, PageTests.compoundHead(cpu.at(PUT), Ref.to(page)), free);
  }

  private static Page head(Cpu cpu, Page page) {
    return PageTests.compoundHead(cpu.at(OF_HEAD), Ref.to(page)).target();
  }

  /** sanity_check_pinned_pages(): of a compound page either the head or the page is exclusive. */
  private void sanityCheck(Cpu cpu, Page page) {
    Ref<Page> folio = PageTests.compoundHead(cpu, Ref.to(page));
    if (!PageTests.folioTestAnon(cpu, folio)) {
      return;
    }
    boolean asHead =
        !cpu.test_bit(PG_HEAD, folio.at(Page::flags)) || folio.target().block().isHugetlb();
    cpu.VM_BUG_ON(!isExclusive(cpu, folio) && (asHead || !isExclusive(cpu, Ref.to(page))));
  }

  private boolean isExclusive(Cpu cpu, Ref<Page> page) {
    return cpu.test_bit(PageFlag.anonExclusive(kernel), page.at(Page::flags));
  }
}
