package org.cowcheck.invariant;

import static org.cowcheck.mm.PageFlag.PG_MAPPEDTODISK;
import static org.cowcheck.mm.PageFlag.bit;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.HashMap;
import java.util.Map;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.daemon.Ksm;
import org.cowcheck.mm.fault.WriteFault;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.gup.Unpin;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Kernels;
import org.junit.jupiter.api.Test;

/** Each invariant of exclusivity holds at a good end, and is the one that a bad end breaks. */
final class ExclusivityTest {
  private static final String LOST = "a pinned page lost its exclusivity";
  private static final String UNSEEN = "a write through the page table is not seen through the pin";
  private static final String WRITABLE = "a writable entry maps a page that is not exclusive";
  private static final String SECOND = "an exclusive page has a second entry";
  private static final String TWICE = "a page with an exclusive migration entry has another entry";
  private static final String REFERENCES = "a page has fewer references than mappings and pins";
  private static final String BUG = "a VM_BUG_ON or bad-page check fired";
  private static final String NONE = "";

  private final Memory memory = new Memory();
  private final Page page = Page.free(memory, "page");
  private final Page spare = Page.free(memory, "spare");
  private final PageBlock hugetlb =
      PageBlock.hugetlb(
          memory,
          "huge",
          new PageBlock.Compound(0, 0),
          new PageState(0, Page.ANON_VMA, 1, -1),
          new PageState(0, Page.TAIL_MAPPING, 0, -1));
  private final PageTable table = PageTable.of(memory, "mm", 0);
  private final PageTable child = PageTable.of(memory, "child", 0);
  private final Mm mm = new Mm(memory, "parent", true);
  private final Mm childMm = new Mm(memory, "forked", false);
  private final SwapSlot slot = SwapSlot.free(memory);
  private final Map<Word, Long> values = new HashMap<>();
  private final ImmutableList.Builder<Note> notes = ImmutableList.builder();

  /** An exclusive page that the entry maps writable and somebody has pinned. */
  private ExclusivityTest pinned() {
    note(GupFast.PINNED);
    notes.add(new Note(GupFast.PINNED_AT, table.location(), 0));
    return with(page.refcount(), 1025).mapped();
  }

  /** An exclusive page that the entry maps writable. */
  private ExclusivityTest mapped() {
    values.putIfAbsent(page.refcount(), 1L);
    return with(page.flags(), bit(PG_MAPPEDTODISK))
        .with(page.mapping(), Page.ANON_VMA)
        .with(page.mapcount(), 0)
        .with(table.pte(), Pte.writable(page));
  }

  private ExclusivityTest with(Word word, long value) {
    values.put(word, value);
    return this;
  }

  private ExclusivityTest note(String name) {
    notes.add(new Note(name, page.address(), 0));
    return this;
  }

  private World world(KernelState state) {
    return new World(
        Kernels.of(state),
        memory,
        ImmutableList.<Page>builder().add(page, spare).addAll(hugetlb.pages()).build(),
        ImmutableList.of(
            new AddressSpace(mm, ImmutableList.of(table.above())),
            new AddressSpace(childMm, ImmutableList.of(child.above()))),
        ImmutableList.of(table, child),
        ImmutableList.of(slot));
  }

  private long swapEntry() {
    return slot.address() | Pte.SWAP;
  }

  /** The first invariant that the end breaks, in the order of the verdicts. */
  private void assertBreaks(KernelState state, String broken) {
    End end = new OneValue(0, ImmutableMap.copyOf(values), notes.build());
    assertEquals(
        broken,
        new Exclusivity(world(state))
            .all().stream()
                .filter(invariant -> !invariant.holds().test(end))
                .map(Invariant::broken)
                .findFirst()
                .orElse(NONE));
  }

  private void assertBreaks(String broken) {
    assertBreaks(KernelState.S3, broken);
  }

  @Test
  void aPinnedExclusivePageIsFine() {
    pinned().assertBreaks(NONE);
  }

  @Test
  void s0_aPinnedPageIsFine() {
    pinned().with(page.flags(), 0).assertBreaks(KernelState.S0, NONE);
  }

  @Test
  void aPinnedPageIsExclusive() {
    pinned().with(page.flags(), 0).with(table.pte(), Pte.readOnly(page)).assertBreaks(LOST);
  }

  @Test
  void aPageThatIsPinnedNoMoreMayBeShared() {
    pinned()
        .note(Unpin.UNPINNED)
        .with(page.flags(), 0)
        .with(table.pte(), Pte.readOnly(page))
        .assertBreaks(NONE);
  }

  @Test
  void aPinnedPageIsNotReplaced() {
    pinned().with(table.pte(), Pte.readOnly(spare)).assertBreaks(LOST);
  }

  @Test
  void s0_aPinnedPageIsNotReplaced() {
    pinned().with(table.pte(), Pte.readOnly(spare)).assertBreaks(KernelState.S0, LOST);
  }

  @Test
  void s0_aPinnedPageIsNotSharedByFork() {
    pinned().note(Fork.SHARED).assertBreaks(KernelState.S0, LOST);
  }

  /** fork() shared it, and then it was pinned. */
  @Test
  void s0_aPinnedPageMayHaveBeenSharedBefore_ifTheChildHasLetItGo() {
    note(Fork.SHARED).pinned().assertBreaks(KernelState.S0, NONE);
    with(page.refcount(), 1026)
        .with(page.mapcount(), 1)
        .with(child.pte(), Pte.readOnly(page))
        .assertBreaks(KernelState.S0, LOST);
  }

  @Test
  void s0_aPinnedPageIsNotMerged() {
    pinned().note(Ksm.MERGEABLE).assertBreaks(KernelState.S0, LOST);
  }

  @Test
  void s0_theSwapEntryOfAPinnedPageIsNotShared() {
    pinned().with(table.pte(), swapEntry()).with(page.mapcount(), -1);
    with(slot.swapCache(), page.address());
    with(slot.swapMap(), 1).assertBreaks(KernelState.S0, NONE);
    with(slot.swapMap(), 2).assertBreaks(KernelState.S0, LOST);
  }

  @Test
  void theSwapEntryOfAPinnedPageIsExclusive() {
    pinned().with(page.flags(), 0).with(page.mapcount(), -1);
    with(slot.swapCache(), page.address());
    with(table.pte(), swapEntry() | Pte.EXCLUSIVE).assertBreaks(NONE);
    with(table.pte(), swapEntry()).assertBreaks(LOST);
  }

  @Test
  void aPinnedPageThatIsZappedIsMappedNowhere() {
    pinned().with(table.pte(), 0).with(page.mapcount(), -1).assertBreaks(NONE);
    with(child.pte(), Pte.writable(page)).with(page.mapcount(), 0).assertBreaks(LOST);
  }

  /** The invariant before this one sees the same end, unless the flags are not looked at. */
  @Test
  void aWriteIsSeenThroughThePin() {
    pinned().with(table.pte(), Pte.readOnly(spare)).with(spare.contents(), 1);
    End end = new OneValue(0, ImmutableMap.copyOf(values), notes.build());
    assertEquals(false, invariant(UNSEEN).holds().test(end));
    with(page.contents(), 1);
    end = new OneValue(0, ImmutableMap.copyOf(values), notes.build());
    assertEquals(true, invariant(UNSEEN).holds().test(end));
  }

  private Invariant invariant(String broken) {
    return new Exclusivity(world(KernelState.S3))
        .all().stream()
            .filter(invariant -> invariant.broken().equals(broken))
            .findFirst()
            .orElseThrow();
  }

  @Test
  void aWritableEntryMapsAnExclusivePage() {
    mapped().assertBreaks(NONE);
    with(page.flags(), 0).assertBreaks(WRITABLE);
    assertBreaks(KernelState.S0, NONE);
    with(table.pte(), Pte.readOnly(page)).assertBreaks(NONE);
  }

  @Test
  void anExclusivePageIsMappedOnce() {
    mapped().with(page.refcount(), 2).with(page.mapcount(), 1);
    with(child.pte(), Pte.readOnly(page)).assertBreaks(SECOND);
    assertBreaks(KernelState.S0, NONE);
  }

  @Test
  void anExclusivePageInTheSwapCacheHasNoSwapEntry() {
    mapped().with(slot.swapCache(), page.address()).assertBreaks(NONE);
    with(child.pte(), swapEntry()).assertBreaks(SECOND);
    with(slot.swapCache(), spare.address()).assertBreaks(NONE);
  }

  @Test
  void everyMappingAndEveryPinHasItsReferences() {
    pinned().with(page.refcount(), 1024).assertBreaks(REFERENCES);
    with(page.refcount(), 1025).assertBreaks(NONE);
  }

  @Test
  void anEntryHasItsReferenceEvenIfNoCountHasIt() {
    mapped().with(page.mapcount(), -1).assertBreaks(NONE);
    with(page.refcount(), 0).assertBreaks(REFERENCES);
  }

  @Test
  void aMappingHasItsReference() {
    mapped().with(page.refcount(), 0).assertBreaks(REFERENCES);
  }

  @Test
  void aWriteFaultCopiesNoExclusivePage() {
    mapped().note(WriteFault.COPIED).assertBreaks("a write fault copied an exclusive page");
    assertBreaks(KernelState.S0, NONE);
    with(page.flags(), 0).with(table.pte(), Pte.readOnly(page)).assertBreaks(NONE);
  }

  @Test
  void theCopyOfAnUnshareIsReadOnlyUntilSomebodyWrites() {
    mapped().note(WriteFault.UNSHARED).assertBreaks("a copy made by an unshare is writable");
    note(UserAccess.WRITTEN).assertBreaks(NONE);
  }

  @Test
  void theFlagChangesUnderThePtLock() {
    mapped()
        .note(ExclusiveFlagWatch.UNLOCKED_CHANGE)
        .assertBreaks("PG_anon_exclusive changed without the PT lock");
  }

  @Test
  void thePageOfAnExclusiveMigrationEntryIsMappedNowhereElse() {
    long exclusive = page.address() | Pte.MIGRATION | Pte.EXCLUSIVE;
    mapped().with(page.flags(), 0).with(page.refcount(), 2).with(page.mapcount(), -1);
    with(table.pte(), exclusive).assertBreaks(NONE);
    with(child.pte(), Pte.readOnly(page)).with(page.mapcount(), 0).assertBreaks(TWICE);
    with(child.pte(), page.address() | Pte.MIGRATION | Pte.WRITE).assertBreaks(TWICE);
    with(child.pte(), page.address() | Pte.MIGRATION).assertBreaks(NONE);
  }

  @Test
  void anExclusivePageHasNoMigrationEntry() {
    mapped().with(table.pte(), page.address() | Pte.MIGRATION).assertBreaks(SECOND);
  }

  @Test
  void thePinnedPageOfAMigrationEntryStaysExclusive() {
    pinned().with(page.flags(), 0).with(page.mapcount(), -1);
    with(table.pte(), page.address() | Pte.MIGRATION | Pte.WRITE).assertBreaks(NONE);
    with(table.pte(), page.address() | Pte.MIGRATION | Pte.EXCLUSIVE).assertBreaks(NONE);
    with(table.pte(), page.address() | Pte.MIGRATION).assertBreaks(LOST);
  }

  /** As a present one would. */
  @Test
  void aWritableDeviceEntryNamesAnExclusivePage() {
    for (long kind : new long[] {Pte.DEVICE_PRIVATE, Pte.DEVICE_EXCLUSIVE}) {
      mapped().with(table.pte(), page.address() | kind | Pte.WRITE).assertBreaks(NONE);
      with(page.flags(), 0).assertBreaks(WRITABLE);
      with(table.pte(), page.address() | kind).assertBreaks(NONE);
    }
  }

  @Test
  void anExclusivePageHasOneDeviceEntryOrIsMapped() {
    for (long kind : new long[] {Pte.DEVICE_PRIVATE, Pte.DEVICE_EXCLUSIVE}) {
      mapped().with(page.refcount(), 2).with(page.mapcount(), 1);
      with(table.pte(), page.address() | kind | Pte.WRITE).assertBreaks(NONE);
      with(child.pte(), page.address() | kind).assertBreaks(SECOND);
      with(child.pte(), Pte.readOnly(page)).assertBreaks(SECOND);
      with(child.pte(), 0).assertBreaks(NONE);
    }
  }

  /** A migration entry for the same page would bring exclusivity back beside it. */
  @Test
  void thePageOfAnExclusiveMigrationEntryHasNoDeviceEntry() {
    mapped().with(page.flags(), 0).with(page.mapcount(), -1);
    with(table.pte(), Pte.migration(page, Pte.EXCLUSIVE)).assertBreaks(NONE);
    with(child.pte(), Pte.devicePrivate(page, false)).with(page.mapcount(), 0);
    assertBreaks(TWICE);
  }

  @Test
  void thePinnedPageOfADeviceExclusiveEntryStaysExclusive() {
    pinned().with(page.mapcount(), -1);
    with(table.pte(), Pte.deviceExclusive(page, Pte.WRITE)).assertBreaks(NONE);
    with(page.flags(), 0).assertBreaks(LOST);
  }

  /** The flag is stale; no entry maps the page. */
  @Test
  void aPoisonedPageMayStayExclusiveBesideItsPoisonEntries() {
    pinned().with(page.mapcount(), -1).with(table.pte(), Pte.hwpoison(page)).assertBreaks(NONE);
    with(child.pte(), Pte.hwpoison(page)).assertBreaks(NONE);
    with(page.flags(), 0).assertBreaks(LOST);
  }

  @Test
  void anExclusiveSwapEntryIsTheOnlyOneOfItsSlot() {
    with(table.pte(), swapEntry() | Pte.EXCLUSIVE).assertBreaks(NONE);
    with(child.pte(), swapEntry())
        .assertBreaks("a swap slot has a second entry beside an exclusive one");
    with(table.pte(), swapEntry()).assertBreaks(NONE);
  }

  @Test
  void aPageOfAFileMayBeMappedWritable() {
    mapped().with(page.flags(), 0).with(page.mapping(), 0x4000).assertBreaks(NONE);
  }

  @Test
  void aPinnedPageOfAFileNeedNotBeExclusive() {
    pinned().with(page.flags(), 0).with(page.mapping(), 0x4000).assertBreaks(NONE);
    with(child.pte(), Pte.writable(page)).with(page.mapcount(), 1).with(page.refcount(), 1026);
    assertBreaks(NONE);
  }

  @Test
  void aReportNamesThePage() {
    mapped().with(page.flags(), 0);
    End end = new OneValue(0, ImmutableMap.copyOf(values), notes.build());
    assertEquals("page", invariant(WRITABLE).where().apply(end));
  }

  /** A page of hugetlb that somebody has pinned the second page of, through this huge entry. */
  private ExclusivityTest pinnedTail(long entry) {
    Page tail = hugetlb.pages().get(1);
    notes.add(new Note(GupFast.PINNED, tail.address(), 0));
    notes.add(new Note(GupFast.PINNED_AT, table.at(1).location(), 0));
    return with(table.pmd(), entry | Pte.HUGE)
        .with(hugetlb.head().refcount(), 2)
        .with(hugetlb.compoundPincount(), 1);
  }

  private ExclusivityTest exclusive(long flags) {
    return with(hugetlb.head().flags(), bit(PageFlag.PG_HEAD) | flags);
  }

  @Test
  void ofAPageOfHugetlbTheHeadIsExclusive() {
    pinnedTail(Pte.writable(hugetlb.head())).exclusive(bit(PG_MAPPEDTODISK)).assertBreaks(NONE);
    with(table.pmd(), Pte.readOnly(hugetlb.head()) | Pte.HUGE).exclusive(0).assertBreaks(LOST);
    with(hugetlb.pages().get(1).flags(), bit(PG_MAPPEDTODISK)).assertBreaks(LOST);
  }

  @Test
  void aPinOfATailIsCountedByTheHead() {
    pinnedTail(Pte.writable(hugetlb.head())).exclusive(bit(PG_MAPPEDTODISK));
    with(hugetlb.compoundPincount(), 0).assertBreaks(REFERENCES);
    with(hugetlb.compoundPincount(), 1).with(hugetlb.head().refcount(), 1).assertBreaks(REFERENCES);
  }

  @Test
  void anExclusivePageOfHugetlbHasOneEntry() {
    exclusive(bit(PG_MAPPEDTODISK)).with(hugetlb.head().refcount(), 2);
    with(table.pmd(), Pte.readOnly(hugetlb.head()) | Pte.HUGE).assertBreaks(NONE);
    with(child.pmd(), Pte.readOnly(hugetlb.head()) | Pte.HUGE).assertBreaks(SECOND);
  }

  @Test
  void aPinnedPageOfHugetlbThatIsZappedIsMappedNowhere() {
    pinnedTail(0).with(table.pmd(), 0).exclusive(0).assertBreaks(NONE);
    with(child.pmd(), Pte.readOnly(hugetlb.head()) | Pte.HUGE).assertBreaks(LOST);
  }

  @Test
  void aNotedBugIsABug() {
    mapped().note(Note.BUG).assertBreaks(BUG);
  }
}
