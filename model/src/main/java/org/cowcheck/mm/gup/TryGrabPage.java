package org.cowcheck.mm.gup;

import static org.cowcheck.mm.PageFlag.PG_HEAD;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTests;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * try_grab_page() (mm/gup.c), S0 to S3: the reference or the pin that slow GUP takes of a page that
 * an entry maps, under the lock of the entry.
 */
public final class TryGrabPage {
  public static final Steps STEPS = new Steps("try_grab_page");

  private static final Step READ_REF =
      STEPS.step("FG9", "try_grab_page", "load compound_head, _refcount: none?");
  private static final Step GRAB =
      STEPS.step(
          "FG10", "try_grab_page", "load flags: PG_head? _refcount + 1024 (FOLL_GET or large: 1)");
  private static final Step PINCOUNT =
      STEPS.step("FG11", "try_grab_page", "large: compound_pincount + 1 (S0, S1: before FG10)");

  private TryGrabPage() {}

  /** Whether it was taken; there always is a reference to begin with. */
  static boolean tryGrabPage(Kernel kernel, Cpu cpu, Ref<Page> page, GupFlags flags) {
    Ref<Page> folio = PageTests.compoundHead(cpu.at(READ_REF), page);
    boolean referenced = cpu.atomic_read(folio.at(Page::refcount)) > 0;
    cpu.VM_BUG_ON(!referenced);
    if (!referenced) {
      return false;
    }
    cpu.at(GRAB);
    boolean large = flags.pin() && cpu.test_bit(PG_HEAD, folio.at(Page::flags));
    boolean isOld = kernel.state() == KernelState.S0 || kernel.state() == KernelState.S1;
    if (large && isOld) {
      cpu.at(PINCOUNT).atomic_add(1, folio.target().block().compoundPincount());
    }
    cpu.at(GRAB).atomic_add(large ? 1 : flags.references(), folio.at(Page::refcount));
    if (large && !isOld) {
      cpu.at(PINCOUNT).atomic_add(1, folio.target().block().compoundPincount());
    }
    return true;
  }
}
