package org.cowcheck.mm.gup;

import static org.cowcheck.mm.PageFlag.PG_HEAD;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * try_get_folio(), try_grab_folio() and gup_put_folio() (mm/gup.c; v5.17: try_get_compound_head(),
 * try_grab_compound_head() and put_compound_head()): the reference or the pin that GUP takes of a
 * page that may be freed or split meanwhile, S0 to S3.
 *
 * <p>A small page is pinned by 1024 references, in two steps: one at G8, fully ordered, and 1023 at
 * G11. A compound page is pinned by one reference and by one in its count of pins, at G11 too.
 * Until v6.1 nothing orders G11 before the second look at the entry; since 088b8aa537c2 G12 does.
 *
 * <p>Left out: statistics; in S0, that a compound page of two pages has no count of pins, so a
 * block of two stands for a larger one.
 */
public final class TryGrabFolio {
  public static final Steps STEPS = new Steps("try_grab_folio");

  private static final Step LONGTERM =
      STEPS.step("FG20", "try_grab_folio", "FOLL_LONGTERM: load flags: ZONE_MOVABLE?");
  private static final Step READ_HEAD = STEPS.step("G6", "try_get_folio", "load compound_head");
  private static final Step READ_REF =
      STEPS.step("G7", "try_get_folio", "load _refcount: negative?");
  private static final Step GET =
      STEPS.step("G8", "try_get_folio", "_refcount + 1 unless 0 (B3, first step)");
  private static final Step READ_HEAD_AGAIN =
      STEPS.step("G9", "try_get_folio", "load compound_head: still the same?");
  private static final Step LARGE = STEPS.step("G10", "try_grab_folio", "load flags: PG_head?");
  private static final Step PIN_IT =
      STEPS.step(
          "G11",
          "try_grab_folio",
          "_refcount + 1023; of a compound page, compound_pincount + 1 (B3, second step)");
  private static final Step PIN_MB =
      STEPS.hunk("G12", "try_grab_folio, S3", "smp_mb__after_atomic: the pin before the PTE", "E1");
  private static final Step PUT =
      STEPS.step("G22", "gup_put_folio", "drop what was taken: the last reference?");

  private final Kernel kernel;
  private final PageFree free;

  /**
   * Taking references under a kernel.
   *
   * @param free frees a page whose last reference is dropped
   */
  public TryGrabFolio(Kernel kernel, PageFree free) {
    this.kernel = kernel;
    this.free = free;
  }

  private Ref<Page> tryGetFolio(Cpu cpu, Ref<Page> page) {
    while (true) {
      Ref<Page> folio = PageTests.compoundHead(cpu.at(READ_HEAD), page);
      if (cpu.at(READ_REF).atomic_read(folio.at(Page::refcount)) < 0
          || !cpu.at(GET).atomic_add_unless(folio.at(Page::refcount), 1, 0)) {
        return null;
      }
      if (cpu.at(READ_HEAD_AGAIN)
          .recheck(() -> PageTests.compoundHead(cpu, page).target() == folio.target())) {
        return folio;
      }
      free.putRefs(cpu.at(PUT), folio, 1);
      if (kernel.state() == KernelState.S0 || kernel.state() == KernelState.S1) {
        return null;
      }
    }
  }

  /**
   * try_grab_folio(); null if FOLL_LONGTERM may not have the page, if it is being freed, or in S0
   * and S1 was split.
   */
  public Ref<Page> tryGrabFolio(Cpu cpu, Ref<Page> page, GupFlags flags) {
    if (flags.longterm() && !PageTests.isLongtermPinnable(cpu.at(LONGTERM), page)) {
      return null;
    }
    Ref<Page> folio = tryGetFolio(cpu, page);
    if (folio == null || !flags.pin()) {
      return folio;
    }
    if (cpu.at(LARGE).test_bit(PG_HEAD, folio.at(Page::flags))) {
      cpu.at(PIN_IT).atomic_add(1, folio.at(TryGrabFolio::pincount));
    } else {
      cpu.at(PIN_IT).atomic_add(Page.GUP_PIN_COUNTING_BIAS - 1, folio.at(Page::refcount));
    }
    if (kernel.has(PIN_MB)) {
      // Paired with E1 of page_try_share_anon_rmap().
      cpu.at(PIN_MB).smp_mb__after_atomic();
    }
    return folio;
  }

  /** gup_put_folio() of what is not given to the caller. */
  void put(Cpu cpu, Ref<Page> folio, GupFlags flags) {
    if (flags.pin()) {
      unpin(cpu.at(PUT), folio, free);
    } else {
      free.putRefs(cpu.at(PUT), folio, 1);
    }
  }

  /** gup_put_folio() with FOLL_PIN. The caller labels the step. */
  static void unpin(Cpu cpu, Ref<Page> folio, PageFree free) {
    if (cpu.test_bit(PG_HEAD, folio.at(Page::flags))) {
      cpu.atomic_sub(1, folio.at(TryGrabFolio::pincount));
      free.putRefs(cpu, folio, 1);
    } else {
      free.putRefs(cpu, folio, Page.GUP_PIN_COUNTING_BIAS);
    }
  }

  private static Word pincount(Page folio) {
    return folio.block().compoundPincount();
  }
}
