package org.cowcheck.scenario;

import org.cowcheck.invariant.LastWritten;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.fault.SwapIn;
import org.cowcheck.mm.swap.SwapOut;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;

/**
 * The setting of races about one entry and its swap slot: the entry names the slot, or a page that
 * is to be swapped out.
 */
final class SwappedPage {
  /** What the memory holds at first, wherever it is. */
  static final long OLD = 7;

  /** What a user writes. */
  static final long NEW = 8;

  final Machine machine;
  final Kernel kernel;
  final Memory memory;
  final Mm mm;
  final SwapSlot slot;
  final PageTable table;

  /** The entry names the slot alone, exclusively where entries say so. */
  static SwappedPage swapped(Kernel kernel, Memory memory, SwapSlot.Device device) {
    SwapSlot slot = SwapSlot.of(memory, device, 1, OLD);
    return new SwappedPage(new Machine(kernel, memory), slot, exclusive(kernel, slot));
  }

  /** The entry names the slot; the swap cache has the page, which is to be written and freed. */
  static SwappedPage unmapped(Kernel kernel, Memory memory, SwapSlot.Device device) {
    SwapSlot slot =
        SwapSlot.cachedOn(memory, device, at -> AnonPage.unmappedInSwapCache(memory, OLD, at));
    SwappedPage made = new SwappedPage(new Machine(kernel, memory), slot, exclusive(kernel, slot));
    made.machine.add(memory.object(slot.swapCache().initialValue(), Page.class));
    return made;
  }

  private static long exclusive(Kernel kernel, SwapSlot slot) {
    boolean saysSo = kernel.state() == KernelState.S2 || kernel.state() == KernelState.S3;
    return Pte.swap(slot) | (saysSo ? Pte.EXCLUSIVE : 0);
  }

  /** The entry maps a page; the slot is free. */
  static SwappedPage mapping(
      Kernel kernel, Memory memory, SwapSlot.Device device, Page page, long pte) {
    SwappedPage made =
        new SwappedPage(new Machine(kernel, memory), SwapSlot.of(memory, device, 0, 0), pte);
    made.machine.add(page);
    return made;
  }

  private SwappedPage(Machine machine, SwapSlot slot, long pte) {
    this.machine = machine;
    this.kernel = machine.kernel;
    this.memory = machine.memory;
    this.mm = machine.mm("mm", true);
    this.slot = machine.add(slot);
    this.table = machine.map(mm, PageTable.of(memory, "mm", pte));
  }

  SwapIn swapIn() {
    return new SwapIn(kernel, memory, machine.free);
  }

  SwapOut swapOut() {
    return new SwapOut(kernel, machine.free);
  }

  /** Reclaim of the page that the entry maps, alone on a CPU. */
  Program reclaim(Page page) {
    SwapOut swapOut = swapOut();
    return new Program(
        "reclaim", cpu -> swapOut.shrinkPageList(kernel.boot(cpu), mm, table, page, slot) ? 1 : 0);
  }

  /** A fault on the swap entry, alone on a CPU that has these free pages. */
  Program fault(boolean write, Page... pages) {
    SwapIn swapIn = swapIn();
    return new Program(
        write ? "write fault" : "read fault",
        cpu ->
            swapIn.doSwapPage(kernel.boot(cpu), mm, table, write, FreeList.of(pages))
                    == SwapIn.Done.MAPPED
                ? 1
                : 0);
  }

  /** A write fault on the swap entry; then the user stores {@link #NEW}. */
  boolean writeSwapped(Cpu cpu, FreeList pages) {
    return swapIn().doSwapPage(cpu, mm, table, true, pages) == SwapIn.Done.MAPPED
        && new UserAccess(kernel, memory, machine.free).write(cpu, mm, table, NEW, pages);
  }

  /** What the memory of the entry is to hold. */
  LastWritten lastWritten(long initial) {
    return new LastWritten(memory, table, initial);
  }
}
