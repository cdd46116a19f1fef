package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.userfaultfd.UffdMove;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.SwapPatches;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** GUP-fast pins a page while UFFDIO_MOVE moves it to another address. */
final class GupFastVersusUffdMove {
  static final Scenario SCENARIO =
      new Scenario(
          "gup-fast-vs-uffd-move",
          "GUP-fast takes a writable pin of a page while UFFDIO_MOVE moves it",
          """
          The move clears the entry, flushes, and only then looks whether the page was pinned
          meanwhile; the flush is what orders the two. GUP-fast pins the page (M1 orders), and then
          looks at the entry again. One of them has to see the other.

            CPU0: GUP-fast                            CPU1: UFFDIO_MOVE
            (G5)  load the PTE: the page
            (G14) load the PTE: still the same [early]
                                                      (UM8) clear the PTE, flush
                                                      (UM9) pinned? no
            (G11) pin the page                 [late]
                                                      (UM12) store the target PTE
          """,
          "adef440691ba (userfaultfd: UFFDIO_MOVE uABI)",
          ImmutableList.of(),
          ImmutableList.of(
              SwapPatches.UFFD_MOVE,
              SwapPatches.UFFD_MOVE_WITHOUT_M1,
              SwapPatches.UFFD_MOVE_WITHOUT_RECHECK),
          GupFastVersusUffdMove::build);

  private GupFastVersusUffdMove() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Mm mm = machine.mm("mm", true);
    Page page = machine.add(AnonPage.mapped(memory, kernel));
    PageTable src = machine.map(mm, PageTable.of(memory, "src", Pte.writable(page)));
    PageTable dst = machine.map(mm, PageTable.of(memory, "dst", 0));
    GupFast gup = new GupFast(kernel, memory, machine.free);
    UffdMove move = new UffdMove(kernel, memory, machine.free);
    return machine.running(
        new Program(
            "GUP-fast", cpu -> gup.pinFast(kernel.boot(cpu), mm, src, true) == null ? 0 : 1),
        new Program(
            "UFFDIO_MOVE", cpu -> move.movePagesPte(kernel.boot(cpu), mm, dst, src) ? 1 : 0));
  }
}
