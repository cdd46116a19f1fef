package org.cowcheck.scenario;

import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.SwapSlot.Device;
import org.cowcheck.patch.KernelState;

/**
 * A kind of memory that the tests of the matrix run on: how the parent has it at first.
 *
 * <p>zram is a device that reads at once: a slot with one entry is read into a page that never is
 * in the swap cache.
 */
enum CowMemory {
  BASE("base", "a small page that is mapped writable", Optional.empty()),
  SWAPPED("swapped", "a small page that is swapped out", Optional.of(Device.DISK)),
  SWAPPED_ZRAM(
      "swapped-zram", "a small page that is swapped out to zram", Optional.of(Device.SYNCHRONOUS));

  /** What the page holds before a test. */
  static final long BEFORE = 1;

  private final String id;
  private final String title;
  private final Optional<Device> swap;

  CowMemory(String id, String title, Optional<Device> swap) {
    this.id = id;
    this.title = title;
    this.swap = swap;
  }

  /** As names of scenarios have it. */
  String id() {
    return id;
  }

  /** As reports have it. */
  String title() {
    return title;
  }

  /** What the cells of this kind leave out. */
  ImmutableList<String> simplifications() {
    return isInOrder()
        ? ImmutableList.of(
            "the parent has one page of memory",
            "parent and child wait for each other as in the test suite")
        : ImmutableList.of("the parent has one page of memory");
  }

  /**
   * Whether parent and child wait for each other as in the test suite: two that swap in at the same
   * time have more than 10,000 executions.
   */
  boolean isInOrder() {
    return swap.isPresent();
  }

  /** The swap slot of the machine. */
  SwapSlot slot(Machine machine) {
    return swap.map(device -> machine.add(SwapSlot.of(machine.memory, device, 1, BEFORE)))
        .orElseGet(machine::slot);
  }

  /** The page table of the parent, at the page that is tested. */
  PageTable mapped(Machine machine, SwapSlot slot) {
    KernelState state = machine.kernel.state();
    long pte = swap.isPresent() ? swapped(state, slot) : Pte.writable(page(machine, state));
    return PageTable.of(machine.memory, "mm", pte);
  }

  /** S2 and S3 keep in the entry that the page was exclusive. */
  private static long swapped(KernelState state, SwapSlot slot) {
    boolean keeps = state == KernelState.S2 || state == KernelState.S3;
    return Pte.swap(slot) | (keeps ? Pte.EXCLUSIVE : 0);
  }

  private static Page page(Machine machine, KernelState state) {
    long exclusive = state.hasAnonExclusive() ? bit(PageFlag.anonExclusive(state)) : 0;
    long flags = bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | bit(PG_LRU) | exclusive;
    return machine.page("page", new PageState(flags, Page.ANON_VMA, 1, 0, BEFORE));
  }
}
