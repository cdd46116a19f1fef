package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.invariant.VmaOfPage;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.fault.SwapIn;
import org.cowcheck.mm.swap.SwapOut;
import org.cowcheck.mm.userfaultfd.UffdMove;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.SwapPatches;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * UFFDIO_MOVE moves a swap entry while its slot is used for other pages, and then again for its.
 */
final class UffdMoveVersusSwapCache {
  private static final String FIX =
      "0ea148a79919 (mm: userfaultfd: fix race of userfaultfd_move and swap cache)";

  static final Scenario MISSED =
      new Scenario(
              "0ea148a79919-uffd-move-misses-page",
              "UFFDIO_MOVE moves a swap entry and leaves its page behind",
              """
              The slot has no page in the swap cache when the move looks. Then a fault brings the
              page in and frees the slot, and reclaim puts it out again: to the same slot, and the
              page is in the swap cache. The entry is the same, and it moves; the page stays with
              the VMA that it came from. v6.8 does not look for a page at all; c50f8e6053b0 looks
              once; 0ea148a79919 looks at SWAP_HAS_CACHE again under the PT locks.

                CPU0: UFFDIO_MOVE                         CPU1: swap-in, swap-out
                (UM2) load the source PTE: swap entry
                (I2)  the slot's page: none
                                                          (I12) store the PTE: the page
                                                          (U15) store the swap entry
                (UM23) load both PTEs: still the same
                (UM27) store the target PTE: swap entry
              """,
              FIX,
              ImmutableList.of("fault and reclaim run on one CPU"),
              ImmutableList.of(
                  SwapPatches.UFFD_MOVE,
                  SwapPatches.UFFD_MOVE_CACHED,
                  SwapPatches.UFFD_MOVE_RECHECKED),
              UffdMoveVersusSwapCache::buildMissed)
          .from(race("B21"));

  static final Scenario OTHER =
      new Scenario(
              "0ea148a79919-uffd-move-other-page",
              "UFFDIO_MOVE moves a page that had the slot of its swap entry for a while",
              """
              The move has read the entry when the slot goes to a page of another VMA: that is what
              it finds in the swap cache. Until it has locked the page, that one is back, and the
              slot is again that of the entry, which has the same value. The wrong page changes its
              VMA. 0ea148a79919 looks whether the locked page is still the slot's.

                CPU0: UFFDIO_MOVE                         CPU1: swap-in, swap-out
                (UM2) load the source PTE: swap entry
                                                          (I12) source: store the PTE: its page
                                                          (U15) other VMA: store the swap entry
                (I2)  the slot's page: of the other VMA
                                                          (I12) other VMA: store the PTE: its page
                                                          (U15) source: store the swap entry
                (UM21) lock the page that was found
                (UM23) load both PTEs: still the same
                (UM24) store mapping of the wrong page
              """,
              FIX,
              ImmutableList.of(
                  "faults and reclaim run on one CPU",
                  "swap space is full, so that a fault frees the slot"),
              ImmutableList.of(SwapPatches.UFFD_MOVE_CACHED, SwapPatches.UFFD_MOVE_RECHECKED),
              UffdMoveVersusSwapCache::buildOther)
          .from(race("B21"));

  private UffdMoveVersusSwapCache() {}

  private static Origin.Race race(String id) {
    return new Origin.Race(
        id,
        FIX,
        false,
        Platform.ARM64,
        ImmutableList.of("S3-with-c50f8e6053b0"),
        ImmutableList.of("S3-with-0ea148a79919"));
  }

  /** The source entry names the slot; the target is none. */
  private record Move(
      Machine machine, Mm mm, SwapSlot slot, PageTable src, PageTable dst, Kernel kernel) {

    static Move of(Kernel kernel, Memory memory) {
      Machine machine = new Machine(kernel, memory);
      Mm mm = machine.mm("mm", true);
      SwapSlot slot = machine.add(SwapSlot.ofFull(memory, SwapSlot.Device.SYNCHRONOUS, 1, 0));
      return new Move(
          machine,
          mm,
          slot,
          machine.map(mm, PageTable.of(memory, "src", Pte.swap(slot) | Pte.EXCLUSIVE)),
          machine.map(mm, PageTable.of(memory, "dst", 0)),
          kernel);
    }

    Program move() {
      UffdMove move = new UffdMove(kernel, machine.memory, machine.free);
      return new Program(
          "UFFDIO_MOVE", cpu -> move.movePagesPte(kernel.boot(cpu), mm, dst, src) ? 1 : 0);
    }

    boolean in(Cpu cpu, PageTable table, FreeList pages) {
      return new SwapIn(kernel, machine.memory, machine.free)
              .doSwapPage(cpu, mm, table, true, pages)
          == SwapIn.Done.MAPPED;
    }

    /** The page stays in the swap cache. */
    boolean out(Cpu cpu, PageTable table, Page page) {
      SwapOut swapOut = new SwapOut(kernel, machine.free);
      return swapOut.isolate(cpu, page) && swapOut.shrinkPage(cpu, mm, table, page, slot);
    }

    /** The page is written to the slot and freed. */
    boolean outAndFree(Cpu cpu, PageTable table, Page page) {
      SwapOut swapOut = new SwapOut(kernel, machine.free);
      return swapOut.isolate(cpu, page) && swapOut.shrinkPageList(cpu, mm, table, page, slot);
    }

    Setting running(ImmutableList<PageTable> ofTheSource, Program other) {
      Invariant invariant =
          new VmaOfPage(machine.memory, ofTheSource, ImmutableList.of(dst)).invariant();
      return machine.running(ImmutableList.of(invariant), move(), other);
    }
  }

  private static Setting buildMissed(Kernel kernel, Memory memory) {
    Move move = Move.of(kernel, memory);
    Page page = move.machine().free("page");
    return move.running(
        ImmutableList.of(move.src()),
        new Program(
            "swap-in, swap-out",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              return move.in(cpu, move.src(), FreeList.of(page)) && move.out(cpu, move.src(), page)
                  ? 1
                  : 0;
            }));
  }

  private static Setting buildOther(Kernel kernel, Memory memory) {
    Move move = Move.of(kernel, memory);
    Page page = move.machine().free("moved");
    Page foreign = move.machine().add(AnonPage.mapped(memory, kernel));
    PageTable other =
        move.machine().map(move.mm(), PageTable.of(memory, "other", Pte.writable(foreign)));
    return move.running(
        ImmutableList.of(move.src(), other),
        new Program(
            "swap-in, swap-out",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              return move.in(cpu, move.src(), FreeList.of(page))
                      && move.out(cpu, other, foreign)
                      && move.in(cpu, other, FreeList.of())
                      && move.outAndFree(cpu, move.src(), page)
                  ? 1
                  : 0;
            }));
  }
}
