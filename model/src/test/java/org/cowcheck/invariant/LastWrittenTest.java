package org.cowcheck.invariant;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.HashMap;
import java.util.Map;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.access.DirectIo;
import org.cowcheck.mm.access.UserAccess;
import org.junit.jupiter.api.Test;

/** What memory must hold, and which VMA a page belongs to, at good ends and at bad ones. */
final class LastWrittenTest {
  private final Memory memory = new Memory();
  private final Page page = Page.free(memory, "page");
  private final PageTable table = PageTable.of(memory, "mm", 0);
  private final PageTable other = PageTable.of(memory, "other", 0);
  private final SwapSlot slot = SwapSlot.of(memory, SwapSlot.Device.DISK, 1, 7);
  private final Map<Word, Long> values = new HashMap<>();
  private final ImmutableList.Builder<Note> notes = ImmutableList.builder();

  private LastWrittenTest with(Word word, long value) {
    values.put(word, value);
    return this;
  }

  private LastWrittenTest written(long value) {
    notes.add(new Note(UserAccess.WRITTEN, value, 0));
    return this;
  }

  private void assertHolds(boolean expected, Invariant invariant) {
    End end = new OneValue(0, ImmutableMap.copyOf(values), notes.build());
    assertEquals(expected, invariant.holds().test(end));
  }

  private Invariant lastWritten() {
    return new LastWritten(memory, table, 7).isSeen("stale");
  }

  @Test
  void aMappedPageHoldsWhatWasWrittenLast() {
    with(table.pte(), Pte.writable(page)).with(page.contents(), 9).written(8).written(9);
    assertHolds(true, lastWritten());
  }

  @Test
  void aMappedPageWithWhatWasWrittenBeforeIsStale() {
    with(table.pte(), Pte.writable(page)).with(page.contents(), 7).written(8);
    assertHolds(false, lastWritten());
  }

  @Test
  void aSlotHoldsWhatWasThereAtFirst() {
    with(table.pte(), Pte.swap(slot));
    assertHolds(true, lastWritten());
  }

  @Test
  void aSlotThatMissedAWriteIsStale() {
    with(table.pte(), Pte.swap(slot)).written(8);
    assertHolds(false, lastWritten());
  }

  @Test
  void aPageInTheSwapCacheCountsAndNotItsSlot() {
    with(table.pte(), Pte.swap(slot)).with(slot.swapCache(), page.address());
    with(page.contents(), 8).written(8);
    assertHolds(true, lastWritten());
  }

  @Test
  void anEmptyEntryHoldsNothing() {
    assertHolds(false, lastWritten());
  }

  private LastWrittenTest at(PageTable place) {
    notes.add(new Note(UserAccess.AT, place.location(), 0));
    return this;
  }

  private Invariant kept() {
    return new LastWritten(memory, table, 7).isKept("lost");
  }

  @Test
  void whatADeviceStoredLastIsKept() {
    notes.add(new Note(UserAccess.WRITTEN, 8, 0), new Note(UserAccess.AT, table.location(), 0));
    notes.add(new Note(DirectIo.DEVICE_WROTE, 9, 0), new Note(UserAccess.AT, table.location(), 0));
    with(table.pte(), Pte.writable(page)).with(page.contents(), 9).assertHolds(true, kept());
    with(page.contents(), 8).assertHolds(false, kept());
  }

  @Test
  void whatWasWrittenElsewhereDoesNotMatter() {
    written(8).at(other).with(table.pte(), Pte.swap(slot)).assertHolds(true, kept());
  }

  @Test
  void whatWasThereAtFirstIsKept() {
    with(table.pte(), Pte.swap(slot)).with(slot.contents(), 6).assertHolds(false, kept());
    assertHolds(true, new LastWritten(memory, table, LastWritten.ANYTHING).isKept("lost"));
  }

  @Test
  void anAddressWithoutMemoryHasNothingToKeep() {
    written(8).at(table).assertHolds(true, kept());
  }

  private Invariant vma() {
    return new VmaOfPage(memory, ImmutableList.of(table), ImmutableList.of(other)).invariant();
  }

  @Test
  void aMappedPageBelongsToTheVmaOfItsEntry() {
    with(table.pte(), Pte.writable(page)).with(page.mapping(), Page.ANON_VMA);
    assertHolds(true, vma());
    with(page.mapping(), Page.OTHER_ANON_VMA);
    assertHolds(false, vma());
  }

  @Test
  void aPageInTheSwapCacheBelongsToTheVmaOfItsEntry() {
    with(other.pte(), Pte.swap(slot)).with(slot.swapCache(), page.address());
    with(page.mapping(), Page.OTHER_ANON_VMA).assertHolds(true, vma());
    with(page.mapping(), Page.ANON_VMA).assertHolds(false, vma());
  }

  @Test
  void aPageInTheSwapCacheThatWasNeverMappedBelongsToNobody() {
    with(other.pte(), Pte.swap(slot)).with(slot.swapCache(), page.address());
    assertHolds(true, vma());
  }

  @Test
  void aKsmPageBelongsToNobody() {
    with(other.pte(), Pte.readOnly(page)).with(page.mapping(), Page.KSM_NODE);
    assertHolds(true, vma());
  }

  @Test
  void aSlotWithoutAPageBelongsToNobody() {
    with(other.pte(), Pte.swap(slot)).assertHolds(true, vma());
  }
}
