package org.cowcheck.mm.gup;

import static org.cowcheck.mm.OneEntry.set;
import static org.cowcheck.mm.OneEntry.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.Vma;
import org.cowcheck.mm.thp.HugeEntry;
import org.cowcheck.patch.KernelState;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What slow GUP makes of a page of a huge page that a PMD entry maps. */
final class FollowTransHugePmdTest {
  private static final Vma READ_ONLY = new Vma(false, null);

  private static Page get(HugeEntry huge, Vma vma, GupFlags flags) {
    return new SlowGup(huge.kernel, huge.memory, huge.one.free, FreeList.of(huge.spare))
        .getUserPages(huge.cpu(), huge.mm, vma, huge.table.at(1), flags);
  }

  private static Page get(HugeEntry huge, GupFlags flags) {
    return get(huge, Vma.ANON, flags);
  }

  private static boolean isFaulted(HugeEntry huge) {
    return !huge.did("WH1").isEmpty();
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPinIsAReferenceAndOneOfTheCountOfPins(KernelState state) {
    HugeEntry huge = new HugeEntry(state);
    assertSame(huge.tail, get(huge, GupFlags.PIN_WRITE));
    assertEquals(2, huge.references());
    assertEquals(1, value(huge.block.compoundPincount()));
    assertEquals(0, value(huge.tail.refcount()));
    assertTrue(huge.one.noted(GupFast.PINNED, huge.tail.address()));
    assertFalse(isFaulted(huge));
    assertFalse(huge.bug());
  }

  /** Under its lock, but for the first look. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void theEntryIsReadAgainUnderItsLock(KernelState state) {
    HugeEntry huge = new HugeEntry(state);
    get(huge, GupFlags.GET);
    List<String> did = huge.did("TH\\d");
    assertEquals(
        List.of("TH1", "TH2", "TH3", "TH7"),
        did.stream().map(step -> step.substring(0, step.indexOf(' '))).distinct().toList());
    assertEquals(List.of("TH1 load ONCE mm2.pmd"), huge.did("TH1"));
  }

  /** The flag of the tail is not looked at. */
  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void theHeadSaysWhetherThePageIsExclusive(KernelState state) {
    HugeEntry huge = new HugeEntry(state).readOnly();
    assertSame(huge.tail, get(huge, GupFlags.PIN));
    assertFalse(isFaulted(huge));
    assertFalse(huge.isExclusive(huge.tail));
    assertEquals(Pte.huge(huge.head, false), huge.pmd());
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void aReadOnlyPinMakesAPageExclusiveThatNobodyElseHas(KernelState state) {
    HugeEntry huge = new HugeEntry(state).readOnly().shared();
    assertSame(huge.tail, get(huge, GupFlags.PIN));
    assertTrue(huge.isExclusive(huge.head));
    assertEquals(Pte.huge(huge.head, false), huge.pmd());
    assertFalse(huge.bug());
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void aReadOnlyPinOfASharedPageSplitsThePmdAndCopiesOnePage(KernelState state) {
    HugeEntry huge = new HugeEntry(state).readOnly().shared().held(1);
    assertSame(huge.spare, get(huge, GupFlags.PIN));
    assertEquals(huge.table.asPmd(), huge.pmd());
    assertEquals(Pte.readOnly(huge.spare), huge.pte(1));
    assertTrue(huge.isExclusive(huge.spare));
    assertFalse(huge.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void onlyAPinUnshares(KernelState state) {
    HugeEntry huge = new HugeEntry(state).readOnly().shared().held(1);
    assertSame(huge.tail, get(huge, GupFlags.GET));
    assertEquals(3, huge.references());
    assertTrue(huge.one.noted(GupFast.GOT, huge.tail.address()));
    assertFalse(isFaulted(huge));
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, names = "S0")
  void beforeTheSeriesAReadOnlyPinTakesASharedPage(KernelState state) {
    HugeEntry huge = new HugeEntry(state).readOnly().held(1);
    assertSame(huge.tail, get(huge, GupFlags.PIN));
    assertFalse(isFaulted(huge));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void writingFaultsFirstIfTheEntryIsReadOnly(KernelState state) {
    HugeEntry huge = new HugeEntry(state).readOnly();
    assertSame(huge.tail, get(huge, GupFlags.PIN_WRITE));
    assertTrue(isFaulted(huge));
    assertEquals(Pte.huge(huge.head, true), huge.pmd());
  }

  /** 5535be309971 came with v6.1. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void whoForcesAWriteAsksForTheFlagSinceS3_andForADirtyEntryBefore(KernelState state) {
    HugeEntry huge = new HugeEntry(state).readOnly();
    assertSame(huge.tail, get(huge, READ_ONLY, GupFlags.FORCED_WRITE));
    assertEquals(state != KernelState.S3, isFaulted(huge));
    assertFalse(Pte.writable(huge.pmd()));
    assertTrue(Pte.dirty(huge.pmd()));
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void aPinnedPageThatIsWritableAndNotExclusiveIsABug(KernelState state) {
    HugeEntry huge = new HugeEntry(state).shared();
    get(huge, GupFlags.PIN);
    assertTrue(huge.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aWriteMarksACleanEntryUnlessForGood(KernelState state) {
    HugeEntry huge = new HugeEntry(state);
    long clean = Pte.huge(huge.head, true) & ~Pte.DIRTY;
    set(huge.table.pmd(), clean);
    get(huge, GupFlags.PIN_WRITE.forLong());
    assertEquals(clean, huge.pmd());
    get(huge, GupFlags.GET_WRITE);
    assertEquals(clean | Pte.DIRTY, huge.pmd());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void belowAPageTableTheEntryOfThePageCounts(KernelState state) {
    HugeEntry huge = new HugeEntry(state).split();
    assertSame(huge.tail, get(huge, GupFlags.PIN_WRITE));
    assertEquals(List.of(), huge.did("TH2"));
    assertFalse(huge.did("FG5").isEmpty());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aMigrationEntryIsNotFollowed(KernelState state) {
    HugeEntry huge = new HugeEntry(state);
    set(huge.table.pmd(), huge.head.address() | Pte.MIGRATION | Pte.HUGE);
    assertNull(get(huge, GupFlags.PIN));
    assertEquals(1, huge.references());
    assertEquals(List.of(), huge.did("TH2"));
  }
}
