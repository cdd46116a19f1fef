package org.cowcheck.invariant;

import static org.cowcheck.mm.PageFlag.bit;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.daemon.Ksm;
import org.cowcheck.mm.fault.WriteFault;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.gup.GupHugePmd;
import org.cowcheck.mm.mmap.MovePtes;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.mm.userfaultfd.UffdMove;
import org.cowcheck.patch.KernelState;

/**
 * What must hold of anonymous pages, the entries that map them and the pins on them: at the end,
 * and, for what is a matter of entries and flags, whenever a PT lock is dropped or a path returns.
 *
 * <p>S0 has no exclusive flag. There a pinned page is kept as long as the entry that it was pinned
 * through maps it and nobody else may.
 *
 * @param world what is looked at
 */
public record Exclusivity(World world) {

  private static final String PIN_LOST = "a pinned page lost its exclusivity";
  private static final String PIN_APART =
      "a write through the page table is not seen through the pin";
  private static final String UNSHARED_WRITABLE = "a copy made by an unshare is writable";
  private static final String OF_PAST_MERGES = "a page that KSM may merge is exclusive";

  /** Something about a place where a page was pinned. */
  private interface Place {
    boolean test(Instant instant, long location);
  }

  private interface PagePredicate<T extends Instant> {
    boolean test(T instant, Page page);
  }

  /** All of them, the gravest first. */
  public ImmutableList<Invariant> all() {
    return all((instant, location) -> false);
  }

  /** All of them, for pins on places that are not given up. */
  private ImmutableList<Invariant> all(Place givenUp) {
    return ImmutableList.<Invariant>builder()
        .add(
            always(PIN_LOST, (instant, page) -> keepsPins(instant, page, givenUp)),
            new Invariant(
                "a page was pinned through a migration entry",
                end -> !isNoted(end, GupHugePmd.THROUGH_MIGRATION)),
            atEnd(PIN_APART, (end, page) -> showsWrites(end, page, givenUp)))
        .addAll(new Privacy(world).all())
        .add(
            atEnd("a write fault copied an exclusive page", this::isCopiedIfShared),
            atEnd(UNSHARED_WRITABLE, this::isUnsharedReadOnly),
            always(
                "a writable entry maps a page that is not exclusive", this::isWritableByOneOwner),
            always("an exclusive page has a second entry", this::isMappedOnceIfExclusive),
            always(
                "a page with an exclusive migration entry has another entry",
                this::hasOneExclusiveMigration),
            always(OF_PAST_MERGES, this::isSharedIfMergeable),
            forSlots("a swap slot has a second entry beside an exclusive one"),
            atEnd("a page has fewer references than mappings and pins", this::isReferenced),
            new Invariant(
                ExclusiveFlagWatch.UNLOCKED_CHANGE,
                end -> !isNoted(end, ExclusiveFlagWatch.UNLOCKED_CHANGE)),
            PageInvariants.noBug())
        .build();
  }

  /**
   * As {@link #all}, of programs that may do anything in any order. What goes by what KSM has done
   * once is left out, for a page may have another life since; and a pin does not keep the place
   * where it was taken once that is zapped.
   *
   * @param taken what some program may do
   */
  public ImmutableList<Invariant> ofAnyPrograms(Set<Liberty> taken) {
    ImmutableSet.Builder<String> out = ImmutableSet.builder();
    out.add(OF_PAST_MERGES);
    if (taken.contains(Liberty.PAGES_CHANGE)) {
      out.add(UNSHARED_WRITABLE);
    }
    if (taken.contains(Liberty.CONTENTS_LEAVE)) {
      out.add(Privacy.OWN_WRITES);
    }
    ImmutableSet<String> leftOut = out.build();
    return all(Exclusivity::isZapped).stream()
        .filter(invariant -> !leftOut.contains(invariant.broken()))
        .collect(ImmutableList.toImmutableList());
  }

  private static boolean isZapped(Instant instant, long location) {
    return isNoted(instant, Zap.ZAPPED, location);
  }

  private static boolean isNoted(Instant instant, String name, long value) {
    for (int cpu = 0; cpu < instant.cpus(); cpu++) {
      for (Note note : instant.notes(cpu)) {
        if (note.name().equals(name) && note.value() == value) {
          return true;
        }
      }
    }
    return false;
  }

  private KernelState state() {
    return world.kernel().state();
  }

  private Invariant atEnd(String broken, PagePredicate<End> holds) {
    return new Invariant(
        broken, end -> firstBroken(end, holds) == null, end -> firstBroken(end, holds).name());
  }

  private <T extends Instant> Page firstBroken(T instant, PagePredicate<T> holds) {
    for (Page page : world.pages()) {
      if (!holds.test(instant, page)) {
        return page;
      }
    }
    return null;
  }

  private Invariant always(String broken, PagePredicate<Instant> holds) {
    return always(
        broken,
        instant -> {
          Page page = firstBroken(instant, holds);
          return page == null ? "" : page.name();
        });
  }

  /** An invariant of every instant, given what breaks it: a name, or nothing. */
  private Invariant always(String broken, Function<Instant, String> culprit) {
    ImmutableSet<Word> locks = world.locks();
    return new Invariant(
        broken,
        end -> firstInstant(end, locks, culprit).isEmpty(),
        end -> firstInstant(end, locks, culprit));
  }

  private static String firstInstant(
      End end, ImmutableSet<Word> locks, Function<Instant, String> culprit) {
    for (Instant instant : end.instants(locks)) {
      String name = culprit.apply(instant);
      if (!name.isEmpty()) {
        return name + ", " + instant.when();
      }
    }
    return culprit.apply(end);
  }

  /**
   * PG_anon_exclusive as it applies to the page: of the head, while a PMD maps the huge page, and
   * for hugetlb.
   */
  private boolean isExclusive(Instant instant, Page page) {
    boolean asHuge = page.block().isHugetlb();
    for (Mapping mapping : instant.mappings(world).all()) {
      asHuge |= mapping.isHuge() && mapping.names(page);
    }
    Word flags = asHuge ? page.block().head().flags() : page.flags();
    return (instant.value(flags) & bit(PageFlag.anonExclusive(world.kernel()))) != 0;
  }

  private static boolean isAnon(Instant instant, Page page) {
    return (folioMapping(instant, page) & Page.MAPPING_ANON) != 0;
  }

  private static boolean isOfFile(Instant instant, Page page) {
    return folioMapping(instant, page) != 0 && !isAnon(instant, page);
  }

  private static long folioMapping(Instant instant, Page page) {
    long head = instant.value(page.compoundHead());
    return instant.value(((head & 1) != 0 ? page.block().head() : page).mapping());
  }

  private static long count(Instant instant, String name, Page page) {
    long count = 0;
    for (int cpu = 0; cpu < instant.cpus(); cpu++) {
      count += count(instant, cpu, name, page);
    }
    return count;
  }

  private static long count(Instant instant, int cpu, String name, Page page) {
    long count = 0;
    for (Note note : instant.notes(cpu)) {
      count += note.name().equals(name) && note.value() == page.address() ? 1 : 0;
    }
    return count;
  }

  private static boolean isNoted(Instant instant, String name) {
    for (int cpu = 0; cpu < instant.cpus(); cpu++) {
      if (instant.noted(cpu, name)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Successful pins of an anonymous page find it exclusive and keep it so, until it is unpinned or
   * zapped; the entry goes on to map it, or restores to it, or is moved. A page that is zapped
   * while it is pinned is kept, too: nobody else maps it.
   */
  private boolean keepsPins(Instant instant, Page page, Place givenUp) {
    if (isOfFile(instant, page)) {
      return true;
    }
    Pins pins = Pins.on(page, instant);
    Mappings mappings = instant.mappings(world);
    for (long location : pins.locations()) {
      Mapping mapping = mappings.at(location);
      boolean isElsewhere =
          (mapping == null || isNoted(instant, MovePtes.MOVED_FROM, location))
              && (mappings.hidden() || mappings.mapping(page) == 0 || isMoved(instant, page));
      boolean kept = isElsewhere || (mapping != null && keepsPin(instant, page, mapping));
      if (!kept && !givenUp.test(instant, location)) {
        return false;
      }
    }
    return true;
  }

  /**
   * mremap() moved the entry: it alone maps the page, in the parent, as before. UFFDIO_MOVE must
   * not do so to a page that is pinned.
   */
  private boolean isMoved(Instant instant, Page page) {
    return count(instant, UffdMove.MOVED, page) == 0
        && instant.mappings(world).mapping(page) == 1
        && any(instant, mapping -> mapping.space() == 0 && mapping.maps(page))
        && (state() == KernelState.S0 || isExclusive(instant, page));
  }

  private boolean keepsPin(Instant instant, Page page, Mapping mapping) {
    SwapSlot slot = Pte.isSwap(mapping.entry()) ? slot(mapping.entry()) : null;
    boolean isPages =
        slot == null ? mapping.names(page) : instant.value(slot.swapCache()) == page.address();
    if (!isPages) {
      return false;
    }
    if (state() == KernelState.S0) {
      return !mayBeShared(instant, page, mapping)
          && count(instant, Ksm.MERGEABLE, page) == 0
          && (slot == null || SwapSlot.count(instant.value(slot.swapMap())) <= 1);
    }
    if (slot != null) {
      return Pte.swapExclusive(mapping.entry());
    }
    return Pte.isMigration(mapping.entry())
        ? mapping.isExclusiveMigration()
        : isExclusive(instant, page);
  }

  /**
   * Whether fork() shared the page, unless that was before its own CPU pinned it, and who got it
   * then has let it go.
   */
  private boolean mayBeShared(Instant instant, Page page, Mapping own) {
    for (int cpu = 0; cpu < instant.cpus(); cpu++) {
      boolean shared = false;
      for (Note note : instant.notes(cpu)) {
        if (note.value() == page.address()) {
          shared =
              (shared || note.name().equals(Fork.SHARED)) && !note.name().equals(GupFast.PINNED);
        }
      }
      if (shared) {
        return true;
      }
    }
    return count(instant, Fork.SHARED, page) > 0
        && (instant.mappings(world).hidden()
            || any(
                instant,
                mapping ->
                    mapping.location() != own.location()
                        && (mapping.names(page) || restoresTo(instant, mapping, page))));
  }

  private SwapSlot slot(long entry) {
    for (SwapSlot slot : world.slots()) {
      if (slot.address() == Pte.address(entry)) {
        return slot;
      }
    }
    throw new IllegalStateException("a swap entry names no slot: " + entry);
  }

  /** Page table and pin show the same memory. */
  private boolean showsWrites(End end, Page page, Place givenUp) {
    for (long location : Pins.on(page, end).locations()) {
      Mapping mapping = end.mappings(world).at(location);
      if (mapping != null
          && mapping.isPresent()
          && !givenUp.test(end, location)
          && !isNoted(end, MovePtes.MOVED_FROM, location)
          && !mapping.names(page)
          && end.value(mapping.named().contents()) != end.value(page.contents())) {
        return false;
      }
    }
    return true;
  }

  /**
   * do_wp_page() copies no page that was exclusive all the time. Not asked of a CPU that makes a
   * call which a check is about: its instants are those of that call.
   */
  private boolean isCopiedIfShared(End end, Page page) {
    if (state() == KernelState.S0) {
      return true;
    }
    long exclusive = bit(PageFlag.anonExclusive(world.kernel()));
    for (int cpu = 0; cpu < end.cpus(); cpu++) {
      if (count(end, cpu, WriteFault.COPIED, page) > 0
          && !end.noted(cpu, Note.CALL)
          && !end.atSomeInstant(cpu, page.flags(), flags -> (flags & exclusive) == 0)) {
        return false;
      }
    }
    return true;
  }

  /** The copy that FAULT_FLAG_UNSHARE makes is read-only, until a write fault. */
  private boolean isUnsharedReadOnly(End end, Page page) {
    return count(end, WriteFault.UNSHARED, page) == 0
        || isNoted(end, UserAccess.WRITTEN)
        || !any(end, mapping -> mapping.isWritable() && mapping.names(page));
  }

  private boolean isWritableByOneOwner(Instant instant, Page page) {
    return state() == KernelState.S0
        || !any(instant, mapping -> mapping.isWritable() && mapping.names(page))
        || !isAnon(instant, page)
        || isExclusive(instant, page);
  }

  private boolean any(Instant instant, Predicate<Mapping> condition) {
    for (Mapping mapping : instant.mappings(world).all()) {
      if (condition.test(mapping)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Once mapped, or not at all, and then stale; no swap or migration entry restores to it
   * meanwhile.
   */
  private boolean isMappedOnceIfExclusive(Instant instant, Page page) {
    if (state() == KernelState.S0 || !isExclusive(instant, page)) {
      return true;
    }
    return instant.mappings(world).mapping(page) <= 1
        && !any(instant, mapping -> restoresTo(instant, mapping, page));
  }

  private boolean restoresTo(Instant instant, Mapping mapping, Page page) {
    if (Pte.isSwap(mapping.entry())) {
      return instant.value(slot(mapping.entry()).swapCache()) == page.address();
    }
    return Pte.isMigration(mapping.entry()) && mapping.names(page);
  }

  /** Writable or readable-exclusive, and then nobody maps the page meanwhile. */
  private boolean hasOneExclusiveMigration(Instant instant, Page page) {
    int exclusive = 0;
    for (Mapping mapping : instant.mappings(world).all()) {
      exclusive += mapping.isExclusiveMigration() && mapping.names(page) ? 1 : 0;
    }
    return exclusive == 0 || (exclusive == 1 && instant.mappings(world).mapping(page) == 0);
  }

  /** KSM pages are never exclusive. */
  private boolean isSharedIfMergeable(Instant instant, Page page) {
    if (state() == KernelState.S0) {
      return true;
    }
    boolean isKsm = (instant.value(page.mapping()) & Page.MAPPING_FLAGS) == Page.MAPPING_FLAGS;
    return !(isKsm || count(instant, Ksm.MERGEABLE, page) > 0) || !isExclusive(instant, page);
  }

  /** At most one exclusive swap entry of a slot, and then no other entry. */
  private Invariant forSlots(String broken) {
    return always(
        broken,
        instant -> {
          for (SwapSlot slot : world.slots()) {
            int entries = 0;
            boolean exclusive = false;
            for (Mapping mapping : instant.mappings(world).all()) {
              if (Pte.isSwap(mapping.entry()) && slot(mapping.entry()).equals(slot)) {
                entries++;
                exclusive |= Pte.swapExclusive(mapping.entry());
              }
            }
            if (exclusive && entries > 1) {
              return slot.swapMap().name();
            }
          }
          return "";
        });
  }

  /**
   * References cover mappings, counted or there, and pins: 1024 for a pin of a small page; of a
   * compound page one, and one of its count of pins.
   */
  private boolean isReferenced(End end, Page page) {
    if ((end.value(page.compoundHead()) & 1) != 0) {
      return true;
    }
    boolean isLarge = (end.value(page.flags()) & bit(PageFlag.PG_HEAD)) != 0;
    if (!isLarge) {
      long mapped = Math.max(end.value(page.mapcount()) + 1, end.mappings(world).mapping(page));
      return end.value(page.refcount())
          >= mapped + Page.GUP_PIN_COUNTING_BIAS * Pins.on(page, end).count();
    }
    long mapped = end.value(page.block().compoundMapcount()) + 1;
    long pinned = 0;
    if ((end.value(page.block().pages().get(1).flags()) & bit(PageFlag.PG_DOUBLE_MAP)) != 0) {
      mapped -= page.block().size();
    }
    for (Page part : page.block().pages()) {
      mapped += end.value(part.mapcount()) + 1;
      pinned += Pins.on(part, end).count();
    }
    return end.value(page.refcount()) >= mapped + pinned
        && end.value(page.block().compoundPincount()) >= pinned;
  }
}
