package org.cowcheck.invariant;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.access.DirectIo;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.alloc.HeldPage;
import org.junit.jupiter.api.Test;

/** Each invariant holds where it should and is broken where it should be. */
final class ContentsTest {
  private final Memory memory = new Memory();
  private final Page page = Page.ofTwoWords(memory, "page", PageState.FREE);
  private final PageTable table = PageTable.of(memory, "mm", Pte.writable(page));

  private static End end(ImmutableMap<Word, Long> values, Note... notes) {
    return new OneValue(0, values, ImmutableList.copyOf(notes));
  }

  private static Note note(String name, long value) {
    return new Note(name, value, 0);
  }

  @Test
  void aHolderSeesNothingThatTheOtherWrote() {
    Invariant invariant = Contents.hidesWritesFrom(0, 0);
    Note written = note(UserAccess.WRITTEN, 1);
    assertTrue(invariant.holds().test(end(ImmutableMap.of(), written, note(HeldPage.SEEN, 0))));
    assertFalse(invariant.holds().test(end(ImmutableMap.of(), written, note(HeldPage.SEEN, 1))));
  }

  @Test
  void userCodeNeverSeesWhatIsForeign() {
    Invariant invariant = Contents.neverShows(7);
    assertTrue(invariant.holds().test(end(ImmutableMap.of(), note(UserAccess.READ, 0))));
    assertTrue(invariant.holds().test(end(ImmutableMap.of(), note(UserAccess.WRITTEN, 7))));
    assertFalse(
        invariant
            .holds()
            .test(end(ImmutableMap.of(), note(UserAccess.READ, 0), note(UserAccess.READ, 7))));
  }

  @Test
  void thePageCacheKeepsItsContents() {
    Invariant invariant = Contents.isUnchanged(page);
    assertTrue(invariant.holds().test(end(ImmutableMap.of())));
    assertFalse(invariant.holds().test(end(ImmutableMap.of(page.contents(), 1L))));
  }

  @Test
  void whatTheDeviceWroteIsInThePageThatIsMapped() {
    Invariant invariant = Contents.showsDeviceWrites(0, memory, table);
    Note wrote = note(DirectIo.DEVICE_WROTE, 2);
    assertTrue(invariant.holds().test(end(ImmutableMap.of(page.contents(), 2L), wrote)));
    assertFalse(invariant.holds().test(end(ImmutableMap.of(page.contents(), 1L), wrote)));
    assertFalse(
        invariant.holds().test(end(ImmutableMap.of(page.contents(), 2L, table.pte(), 0L), wrote)));
    assertTrue(invariant.holds().test(end(ImmutableMap.of())));
  }

  @Test
  void aCopyHasNoLaterStoreWithoutTheEarlierOne() {
    Invariant invariant = Contents.isSnapshot(memory, table, 0);
    assertTrue(invariant.holds().test(end(ImmutableMap.of())));
    assertTrue(invariant.holds().test(end(ImmutableMap.of(page.contents(), 1L))));
    assertTrue(
        invariant.holds().test(end(ImmutableMap.of(page.contents(), 1L, page.moreContents(), 1L))));
    assertFalse(invariant.holds().test(end(ImmutableMap.of(page.moreContents(), 1L))));
  }
}
