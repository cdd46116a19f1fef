package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.mm.swap.SwapOut;
import org.cowcheck.mm.userfaultfd.UffdMove;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.SwapPatches;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** UFFDIO_MOVE moves a page that MADV_DONTNEED throws away, or reclaim swaps out. */
final class UffdMoveVersusUnmap {
  static final Scenario ZAP =
      new Scenario(
          "uffd-move-vs-madv-dontneed",
          "UFFDIO_MOVE moves a page that MADV_DONTNEED throws away",
          """
          Both hold mmap_lock for reading. The move drops the PT lock twice: after its first look at
          the entry, when it has no reference of the page yet, and before it locks the page. So it
          looks at the entry again, each time: before it counts a reference of a page that may be
          free, and before it maps the page at the target.

            CPU0: UFFDIO_MOVE                         CPU1: MADV_DONTNEED
            (UM2) load the source PTE: the page
                                                      (Z3)  clear the PTE      [early]
            (UM3) the same PTE? _refcount + 1
                                                      (Z3)  clear the PTE      [late]
            (UM6) load both PTEs: still the same?
            (UM12) store the target PTE: the page
                                                      (Z7)  drop the reference
            (UM15) drop the reference
          """,
          "adef440691ba (userfaultfd: UFFDIO_MOVE uABI)",
          ImmutableList.of(),
          ImmutableList.of(SwapPatches.UFFD_MOVE),
          UffdMoveVersusUnmap::buildZap);

  static final Scenario RECLAIM =
      new Scenario(
          "uffd-move-vs-reclaim",
          "UFFDIO_MOVE moves a page that is being swapped out",
          """
          Whoever has the page locked is first; the other one gives up. If the move is first, reclaim
          finds the entry gone and keeps the page, which may stay in the swap cache.

            CPU0: UFFDIO_MOVE                         CPU1: reclaim
            (UM3) the same PTE? _refcount + 1
                                                      (U1)  trylock the page
                                                      (U15) store the swap entry
                                                      (U20) unlock the page
            (UM4) trylock the page
            (UM6) load both PTEs: still the same? no
          """,
          "adef440691ba (userfaultfd: UFFDIO_MOVE uABI)",
          ImmutableList.of("reclaim knows the source entry alone"),
          ImmutableList.of(SwapPatches.UFFD_MOVE),
          UffdMoveVersusUnmap::buildReclaim);

  private UffdMoveVersusUnmap() {}

  private static Setting buildZap(Kernel kernel, Memory memory) {
    Move move = Move.of(kernel, memory, AnonPage.mapped(memory, kernel));
    Zap zap = new Zap(kernel, memory, move.machine().free);
    return move.machine()
        .running(
            move.program(),
            new Program(
                "MADV_DONTNEED",
                cpu -> zap.zapPteRange(kernel.boot(cpu), move.mm(), move.src()) ? 1 : 0));
  }

  private static Setting buildReclaim(Kernel kernel, Memory memory) {
    Page page = AnonPage.isolated(memory, kernel);
    Move move = Move.of(kernel, memory, page);
    SwapSlot slot = move.machine().slot();
    SwapOut swapOut = new SwapOut(kernel, move.machine().free);
    return move.machine()
        .running(
            ImmutableList.of(
                new Invariant(
                    "a page is neither where it was nor where it moved",
                    end ->
                        (end.value(move.src().pte()) == 0) != (end.value(move.dst().pte()) == 0))),
            move.program(),
            new Program(
                "reclaim",
                cpu ->
                    swapOut.shrinkPage(kernel.boot(cpu), move.mm(), move.src(), page, slot)
                        ? 1
                        : 0));
  }

  /** The source entry maps a page; the target is none. */
  private record Move(Machine machine, Mm mm, PageTable src, PageTable dst) {

    static Move of(Kernel kernel, Memory memory, Page page) {
      Machine machine = new Machine(kernel, memory);
      Mm mm = machine.mm("mm", true);
      return new Move(
          machine,
          mm,
          machine.map(mm, PageTable.of(memory, "src", Pte.writable(machine.add(page)))),
          machine.map(mm, PageTable.of(memory, "dst", 0)));
    }

    Program program() {
      UffdMove move = new UffdMove(machine.kernel, machine.memory, machine.free);
      return new Program(
          "UFFDIO_MOVE", cpu -> move.movePagesPte(machine.kernel.boot(cpu), mm, dst, src) ? 1 : 0);
    }
  }
}
