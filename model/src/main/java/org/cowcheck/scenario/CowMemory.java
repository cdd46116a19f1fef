package org.cowcheck.scenario;

import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.SwapSlot.Device;
import org.cowcheck.mm.thp.HugeSwapOut;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.SlowGupPatches;
import org.cowcheck.setting.HugeMemory;
import org.cowcheck.setting.HugetlbPage;
import org.cowcheck.setting.Machine;

/**
 * A kind of memory that the tests of the matrix run on: how the parent has it at first.
 *
 * <p>zram is a device that reads at once: a slot with one entry is read into a page that never is
 * in the swap cache.
 *
 * <p>Left out: huge pages that are swapped out. Once one is written and freed each of its entries
 * is a swap entry like that of a small page ({@link HugeSwapOut} leads there), so that these cells
 * would be copies of those of {@link #SWAPPED}.
 */
enum CowMemory {
  BASE("base", "a small page that is mapped writable", Optional.empty(), Optional.empty()),
  SWAPPED(
      "swapped", "a small page that is swapped out", Optional.of(Device.DISK), Optional.empty()),
  SWAPPED_ZRAM(
      "swapped-zram",
      "a small page that is swapped out to zram",
      Optional.of(Device.ZRAM),
      Optional.empty()),
  PMD_MAPPED("thp", "a huge page that a PMD entry maps", 1),
  PTE_MAPPED("pte-mapped-thp", "a huge page that PTEs map", 1),
  SINGLE_PTE("single-pte-of-thp", "a huge page of which one page is left", 0),
  PARTIAL_MREMAP("partial-mremap-of-thp", "a huge page half of which is moved elsewhere", 0),
  PARTIALLY_SHARED(
      "partially-shared-thp", "a huge page half of which was shared with a child that is gone", 0),
  HUGETLB("hugetlb", "a page of hugetlb", 1);

  /**
   * What readers get is not what these cells are about; and entries of a huge page that was split
   * are clean. Of a PMD entry S0 counts mappings anyway.
   */
  private static final ImmutableSet<Patch> NOT_OF_HUGE_PAGES =
      ImmutableSet.of(SlowGupPatches.FORCED_COW, SlowGupPatches.BLIND_UPGRADE);

  /** What the page holds before a test. */
  static final long BEFORE = HugeMemory.BEFORE;

  private final String id;
  private final String title;
  private final Optional<Device> swap;
  private final Optional<Integer> huge;

  /** A small page, or a huge one of which the test accesses and pins one page. */
  CowMemory(String id, String title, Optional<Device> swap, Optional<Integer> huge) {
    this.id = id;
    this.title = title;
    this.swap = swap;
    this.huge = huge;
  }

  CowMemory(String id, String title, int page) {
    this(id, title, Optional.empty(), Optional.of(page));
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
    ImmutableList.Builder<String> simplifications = ImmutableList.builder();
    simplifications.add(
        huge.isPresent()
            ? "a huge page of two pages, one of which is accessed and pinned"
            : "the parent has one page of memory");
    if (isInOrder()) {
      simplifications.add("parent and child wait for each other as in the test suite");
    }
    if (this == PARTIAL_MREMAP) {
      simplifications.add("the child does not get the half that was moved");
    }
    if (this == HUGETLB) {
      simplifications.add("vmsplice() takes its reference by slow GUP");
    }
    return simplifications.build();
  }

  /**
   * Whether parent and child wait for each other as in the test suite: two that swap in at the same
   * time have more than 10,000 executions.
   */
  boolean isInOrder() {
    return swap.isPresent() || huge.isPresent();
  }

  /** A page that is free, as large as the kernel copies at once. */
  Page free(Machine machine, String name) {
    return this == HUGETLB
        ? machine.add(HugetlbPage.freePage(machine.memory, name))
        : machine.free(name);
  }

  /** Those of a test's patches that bear on this kind. */
  ImmutableList<Patch> bearing(ImmutableList<Patch> patches) {
    return huge.isPresent()
        ? patches.stream()
            .filter(patch -> !NOT_OF_HUGE_PAGES.contains(patch))
            .filter(patch -> !isMappedByPmd() || !patch.equals(SlowGupPatches.MAPCOUNT))
            .collect(ImmutableList.toImmutableList())
        : patches;
  }

  private boolean isMappedByPmd() {
    return this == PMD_MAPPED || this == HUGETLB;
  }

  /** The swap slot of the machine. */
  SwapSlot slot(Machine machine) {
    return swap.map(device -> machine.add(SwapSlot.of(machine.memory, device, 1, BEFORE)))
        .orElseGet(machine::slot);
  }

  /** The page table of the parent, at the page that is tested. */
  PageTable mapped(Machine machine, Mm mm, SwapSlot slot) {
    if (huge.isPresent()) {
      return make(machine, mm).at(huge.get());
    }
    KernelState state = machine.kernel.state();
    long pte = swap.isPresent() ? swapped(state, slot) : Pte.writable(page(machine, state));
    return machine.map(mm, PageTable.of(machine.memory, "mm", pte));
  }

  private HugeMemory make(Machine machine, Mm mm) {
    return switch (this) {
      case PMD_MAPPED -> HugeMemory.pmdMapped(machine, mm);
      case PTE_MAPPED -> HugeMemory.pteMapped(machine, mm);
      case SINGLE_PTE -> HugeMemory.singlePte(machine, mm);
      case PARTIAL_MREMAP -> HugeMemory.partialMremap(machine, mm);
      case PARTIALLY_SHARED -> HugeMemory.partiallyShared(machine, mm);
      case HUGETLB -> HugeMemory.hugetlb(machine, mm);
      case BASE, SWAPPED, SWAPPED_ZRAM -> throw new IllegalStateException(this + " is not huge");
    };
  }

  /** Room for the child's share, at the same page. */
  PageTable room(Machine machine, Mm child) {
    return huge.isPresent()
        ? HugeMemory.room(machine, child, "child").at(huge.get())
        : machine.map(child, PageTable.of(machine.memory, "child", 0));
  }

  /** S2 and S3 keep in the entry that the page was exclusive. */
  private static long swapped(KernelState state, SwapSlot slot) {
    boolean keeps = state == KernelState.S2 || state == KernelState.S3;
    return Pte.swap(slot) | (keeps ? Pte.EXCLUSIVE : 0);
  }

  private static Page page(Machine machine, KernelState state) {
    long exclusive = state.hasAnonExclusive() ? bit(PageFlag.anonExclusive(machine.kernel)) : 0;
    long flags = bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | bit(PG_LRU) | exclusive;
    return machine.page("page", new PageState(flags, Page.ANON_VMA, 1, 0, BEFORE));
  }
}
