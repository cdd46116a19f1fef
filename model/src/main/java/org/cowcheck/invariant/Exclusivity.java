package org.cowcheck.invariant;

import static org.cowcheck.mm.PageFlag.bit;

import com.google.common.collect.ImmutableList;
import java.util.function.Predicate;
import org.cowcheck.memory.Note;
import org.cowcheck.mm.Fork;
import org.cowcheck.mm.GupFast;
import org.cowcheck.mm.Ksm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.Unpin;
import org.cowcheck.mm.UserWrite;
import org.cowcheck.mm.WriteFault;
import org.cowcheck.patch.KernelState;

/**
 * What must hold of anonymous pages, the entries that map them and the pins on them, when nobody
 * holds a PT lock any more.
 *
 * <p>S0 has no exclusive flag. There a pinned page is kept as long as the entry that it was pinned
 * through maps it and nobody else may.
 *
 * @param state the kernel state
 * @param pages every page that an entry may map
 * @param tables the page tables: that through which pins are taken, then those of its children
 * @param slot what swap entries name
 */
public record Exclusivity(
    KernelState state, ImmutableList<Page> pages, ImmutableList<PageTable> tables, SwapSlot slot) {

  /** All of them, the gravest first. */
  public ImmutableList<Invariant> all() {
    return ImmutableList.of(
        forPages("a pinned page lost its exclusivity", this::keepsPins),
        forPages("a write through the page table is not seen through the pin", this::showsWrites),
        new Invariant("a child sees what its parent wrote after fork", this::hidesLaterWrites),
        forPages("a write fault copied an exclusive page", this::isCopiedIfShared),
        forPages("a copy made by an unshare is writable", this::isUnsharedReadOnly),
        forPages("a writable entry maps a page that is not exclusive", this::isWritableByOneOwner),
        forPages("an exclusive page has a second entry", this::isMappedOnceIfExclusive),
        forPages("a page that KSM may merge is exclusive", this::isSharedIfMergeable),
        forPages("a page has fewer references than mappings and pins", this::isReferenced),
        new Invariant(
            ExclusiveFlagWatch.UNLOCKED_CHANGE,
            end -> !isNoted(end, ExclusiveFlagWatch.UNLOCKED_CHANGE)),
        PageInvariants.noBug());
  }

  private interface PagePredicate {
    boolean test(End end, Page page);
  }

  private Invariant forPages(String broken, PagePredicate holds) {
    return new Invariant(broken, end -> pages.stream().allMatch(page -> holds.test(end, page)));
  }

  private boolean isExclusive(End end, Page page) {
    return (end.value(page.flags()) & bit(PageFlag.anonExclusive(state))) != 0;
  }

  /** How many pins on a page are held. */
  private static long pins(End end, Page page) {
    return count(end, GupFast.PINNED, page) - count(end, Unpin.UNPINNED, page);
  }

  private static long count(End end, String name, Page page) {
    long count = 0;
    for (int cpu = 0; cpu < end.cpus(); cpu++) {
      count += count(end, cpu, name, page);
    }
    return count;
  }

  private static long count(End end, int cpu, String name, Page page) {
    long count = 0;
    for (Note note : end.notes(cpu)) {
      count += note.name().equals(name) && note.value() == page.address() ? 1 : 0;
    }
    return count;
  }

  private static boolean isNoted(End end, String name) {
    for (int cpu = 0; cpu < end.cpus(); cpu++) {
      if (end.noted(cpu, name)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Successful pins of an anonymous page find it exclusive and keep it so, until it is unpinned or
   * zapped; the entry goes on to map it, or restores to it. A page that is zapped while it is
   * pinned is kept, too: nobody else maps it.
   */
  private boolean keepsPins(End end, Page page) {
    if (pins(end, page) == 0) {
      return true;
    }
    long pte = end.value(tables.get(0).pte());
    if (pte == 0) {
      return entries(end, other -> maps(other, page)) == 0;
    }
    boolean isPages = Pte.isSwap(pte) || Pte.address(pte) == page.address();
    if (state == KernelState.S0) {
      boolean shared =
          count(end, Fork.SHARED, page) + count(end, Ksm.MERGEABLE, page) > 0
              || end.value(slot.swapMap()) > 1;
      return isPages && !shared;
    }
    return isPages && (Pte.isSwap(pte) ? Pte.swapExclusive(pte) : isExclusive(end, page));
  }

  /** Page table and pin show the same memory. */
  private boolean showsWrites(End end, Page page) {
    long pte = end.value(tables.get(0).pte());
    return pins(end, page) == 0
        || !Pte.present(pte)
        || pages.stream()
            .filter(mapped -> mapped.address() == Pte.address(pte))
            .allMatch(mapped -> end.value(mapped.contents()) == end.value(page.contents()));
  }

  /** A child does not see what the CPU that forked it writes to its own memory afterwards. */
  private boolean hidesLaterWrites(End end) {
    for (int cpu = 0; cpu < end.cpus(); cpu++) {
      boolean forked = false;
      for (Note note : end.notes(cpu)) {
        forked |= note.name().equals(Fork.FORKED);
        if (forked && note.name().equals(UserWrite.WRITTEN) && childSees(end, note.value())) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean childSees(End end, long written) {
    return pages.stream()
        .filter(page -> end.value(page.contents()) == written)
        .anyMatch(page -> tables.stream().skip(1).anyMatch(child -> maps(end, child, page)));
  }

  /** do_wp_page() copies no page that was exclusive all the time. */
  private boolean isCopiedIfShared(End end, Page page) {
    if (state == KernelState.S0) {
      return true;
    }
    long exclusive = bit(PageFlag.anonExclusive(state));
    for (int cpu = 0; cpu < end.cpus(); cpu++) {
      if (count(end, cpu, WriteFault.COPIED, page) > 0
          && !end.atSomeInstant(cpu, page.flags(), flags -> (flags & exclusive) == 0)) {
        return false;
      }
    }
    return true;
  }

  /** The copy that FAULT_FLAG_UNSHARE makes is read-only, until a write fault. */
  private boolean isUnsharedReadOnly(End end, Page page) {
    return count(end, WriteFault.UNSHARED, page) == 0
        || isNoted(end, UserWrite.WRITTEN)
        || entries(end, pte -> maps(pte, page) && Pte.writable(pte)) == 0;
  }

  private boolean isWritableByOneOwner(End end, Page page) {
    return state == KernelState.S0
        || isExclusive(end, page)
        || entries(end, pte -> maps(pte, page) && Pte.writable(pte)) == 0;
  }

  /** Once mapped, or not at all, and then its swap entries may be anything but its own. */
  private boolean isMappedOnceIfExclusive(End end, Page page) {
    if (state == KernelState.S0 || !isExclusive(end, page)) {
      return true;
    }
    long mapped = entries(end, pte -> maps(pte, page));
    boolean swapped =
        end.value(slot.swapCache()) == page.address() && entries(end, Pte::isSwap) > 0;
    return mapped <= 1 && !swapped;
  }

  /** KSM pages are never exclusive. */
  private boolean isSharedIfMergeable(End end, Page page) {
    return state == KernelState.S0
        || count(end, Ksm.MERGEABLE, page) == 0
        || !isExclusive(end, page);
  }

  private boolean isReferenced(End end, Page page) {
    long mapped = end.value(page.mapcount()) + 1;
    return end.value(page.refcount()) >= mapped + GupFast.PIN * pins(end, page);
  }

  private static boolean maps(End end, PageTable table, Page page) {
    return maps(end.value(table.pte()), page);
  }

  private static boolean maps(long pte, Page page) {
    return Pte.present(pte) && Pte.address(pte) == page.address();
  }

  private long entries(End end, Predicate<Long> condition) {
    return tables.stream().filter(table -> condition.test(end.value(table.pte()))).count();
  }
}
