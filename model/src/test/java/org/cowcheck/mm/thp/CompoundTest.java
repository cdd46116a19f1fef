package org.cowcheck.mm.thp;

import static org.cowcheck.mm.OneEntry.has;
import static org.cowcheck.mm.OneEntry.set;
import static org.cowcheck.mm.OneEntry.value;
import static org.cowcheck.mm.PageFlag.PG_HEAD;
import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageAlloc;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.gup.Unpin;
import org.cowcheck.mm.rmap.ShareAnonRmap;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Kernels;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compound pages: how they are made, pinned, unpinned and freed. */
final class CompoundTest {
  private static final PageState ANON =
      new PageState(bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | bit(PG_LRU), Page.ANON_VMA, 1, -1);
  private static final PageState TAIL = new PageState(0, Page.TAIL_MAPPING, 0, -1);

  private final OneEntry setting(KernelState state) {
    return new OneEntry(state, 1);
  }

  private static PageBlock compound(OneEntry entry) {
    return PageBlock.compound(entry.memory, "huge", PageBlock.Compound.UNMAPPED, ANON, TAIL);
  }

  /** The second page of a compound page, mapped by the entry as an exclusive page. */
  private static PageBlock withMappedTail(OneEntry entry) {
    PageBlock block = compound(entry);
    Page tail = block.pages().get(1);
    set(tail.mapcount(), 0);
    if (entry.hasExclusive()) {
      set(tail.flags(), bit(PageFlag.anonExclusive(entry.kernel)));
    }
    set(entry.table.pte(), Pte.readOnly(tail));
    return block;
  }

  private static GupFast gup(OneEntry entry) {
    return new GupFast(entry.kernel, entry.memory, entry.free);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aTailIsPinnedByItsHeadsCounts(KernelState state) {
    OneEntry entry = setting(state);
    PageBlock block = withMappedTail(entry);
    Page pinned = gup(entry).pinFast(entry.cpu(), entry.mm, entry.table, false);
    assertSame(block.pages().get(1), pinned);
    assertEquals(2, value(block.head().refcount()));
    assertEquals(1, value(block.compoundPincount()));
    assertEquals(0, value(pinned.refcount()));
    assertTrue(ShareAnonRmap.pageMaybeDmaPinned(entry.cpu(), pinned));

    new Unpin(entry.kernel, entry.free).unpinUserPage(entry.cpu(), pinned);
    assertEquals(1, value(block.head().refcount()));
    assertEquals(0, value(block.compoundPincount()));
    assertFalse(entry.bug());
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, names = "S0", mode = EnumSource.Mode.EXCLUDE)
  void aTailThatIsNotExclusiveIsNotPinned(KernelState state) {
    OneEntry entry = setting(state);
    PageBlock block = withMappedTail(entry);
    set(block.pages().get(1).flags(), 0);
    assertNull(gup(entry).pinFast(entry.cpu(), entry.mm, entry.table, false));
    assertEquals(0, value(block.compoundPincount()));
    assertEquals(1, value(block.head().refcount()));
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, names = "S0", mode = EnumSource.Mode.EXCLUDE)
  void unpinNeedsTheHeadOrTheTailExclusive(KernelState state) {
    OneEntry entry = setting(state);
    Page tail = withMappedTail(entry).pages().get(1);
    assertSame(tail, gup(entry).pinFast(entry.cpu(), entry.mm, entry.table, false));
    set(tail.flags(), 0);
    new Unpin(entry.kernel, entry.free).unpinUserPage(entry.cpu(), tail);
    assertTrue(entry.bug());
  }

  /** The page was split between the load of compound_head and the reference. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageThatIsNoTailAnyMoreIsTriedAgainSinceS2(KernelState state) {
    OneEntry entry = setting(state);
    PageBlock block = withMappedTail(entry);
    Page tail = block.pages().get(1);
    Page pinned =
        gup(entry)
            .pinFast(
                entry.cpuMeddledWithAt(
                    "G9",
                    () -> {
                      set(tail.compoundHead(), 0);
                      set(tail.mapping(), Page.ANON_VMA);
                      set(
                          tail.refcount(),
                          value(tail.refcount()) == 0 ? 1 : value(tail.refcount()));
                    }),
                entry.mm,
                entry.table,
                false);
    assertEquals(1, value(block.head().refcount()));
    assertEquals(0, value(block.compoundPincount()));
    if (state == KernelState.S0 || state == KernelState.S1) {
      assertNull(pinned);
      assertEquals(1, value(tail.refcount()));
    } else {
      assertSame(tail, pinned);
      assertEquals(1 + Page.GUP_PIN_COUNTING_BIAS, value(tail.refcount()));
    }
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void theLastReferenceFreesHeadAndTails(KernelState state) {
    OneEntry entry = setting(state);
    PageBlock block = compound(entry);
    Page tail = block.pages().get(1);
    if (entry.hasExclusive()) {
      set(tail.flags(), bit(PageFlag.anonExclusive(Kernels.of(state))));
    }
    set(block.deferredList(), 1);
    assertTrue(entry.free.putPage(entry.cpu(), tail));
    for (Page page : block.pages()) {
      assertEquals(0, value(page.flags()), page.name());
      assertEquals(0, value(page.mapping()), page.name());
      assertEquals(0, value(page.compoundHead()), page.name());
    }
    assertEquals(0, value(block.deferredList()));
    assertFalse(entry.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void theSeedClearsTheTailsBeforeTheyLeaveTheHead(KernelState state) {
    OneEntry entry = setting(state);
    PageBlock block = compound(entry);
    if (entry.hasExclusive()) {
      set(block.pages().get(1).flags(), bit(PageFlag.anonExclusive(Kernels.of(state))));
    }
    entry.free.putPage(entry.cpu(), block.head());
    ImmutableList<String> steps =
        entry.engine.log().stream()
            .map(line -> line.substring(0, line.indexOf(' ')))
            .filter(label -> label.matches("FT[134]|F8|F9|F11"))
            .distinct()
            .collect(ImmutableList.toImmutableList());
    assertEquals(
        state == KernelState.S1
            ? ImmutableList.of("FT1", "FT3", "FT4", "F8", "F9", "F11")
            : ImmutableList.of("FT3", "FT4", "F11"),
        steps);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aTailThatIsMappedIsNotFreedSilently(KernelState state) {
    OneEntry entry = setting(state);
    PageBlock block = withMappedTail(entry);
    entry.free.putPage(entry.cpu(), block.head());
    assertTrue(entry.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aFreeBlockBecomesACompoundPage(KernelState state) {
    OneEntry entry = setting(state);
    PageBlock block = PageBlock.free(entry.memory, "huge", 2);
    assertSame(block.head(), PageAlloc.allocPages(entry.cpu(), FreeList.of(block.head()), 2));
    assertTrue(has(block.head(), PG_HEAD));
    assertEquals(1, value(block.head().refcount()));
    assertEquals(block.head().address() | 1, value(block.pages().get(1).compoundHead()));
    assertEquals(Page.TAIL_MAPPING, value(block.pages().get(1).mapping()));
    assertFalse(entry.bug());
  }
}
