package org.cowcheck.invariant;

import static org.cowcheck.mm.PageFlag.PG_DOUBLE_MAP;
import static org.cowcheck.mm.PageFlag.PG_HEAD;
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
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.gup.GupHugePmd;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Kernels;
import org.junit.jupiter.api.Test;

/** What invariants of exclusivity make of huge pages, and of pages that were moved. */
final class HugeExclusivityTest {
  private static final String LOST = "a pinned page lost its exclusivity";
  private static final String WRITABLE = "a writable entry maps a page that is not exclusive";
  private static final String SECOND = "an exclusive page has a second entry";
  private static final String TWICE = "a page with an exclusive migration entry has another entry";
  private static final String REFERENCES = "a page has fewer references than mappings and pins";
  private static final String NONE = "";
  private static final long EXCLUSIVE = bit(PG_MAPPEDTODISK);

  private final Memory memory = new Memory();
  private final PageBlock block =
      PageBlock.compound(
          memory,
          "huge",
          new PageBlock.Compound(0, 0),
          new PageState(EXCLUSIVE, Page.ANON_VMA, 1, -1),
          new PageState(0, Page.TAIL_MAPPING, 0, -1));
  private final Page head = block.head();
  private final Page tail = block.pages().get(1);
  private final PageTable table =
      PageTable.deposited(memory, "mm", Pte.huge(head, true), block.size());
  private final PageTable moved = PageTable.deposited(memory, "moved", 0, block.size());
  private final PageTable child = PageTable.deposited(memory, "child", 0, block.size());
  private final Map<Word, Long> values = new HashMap<>();
  private final ImmutableList.Builder<Note> notes = ImmutableList.builder();

  private HugeExclusivityTest with(Word word, long value) {
    values.put(word, value);
    return this;
  }

  private HugeExclusivityTest pinnedTail() {
    notes.add(new Note(GupFast.PINNED, tail.address(), 0));
    notes.add(new Note(GupFast.PINNED_AT, table.at(1).location(), 0));
    return with(head.refcount(), 2).with(block.compoundPincount(), 1);
  }

  /** The PMD entry is split. */
  private HugeExclusivityTest split(long headPte, long tailPte) {
    with(table.pmd(), table.asPmd()).with(block.compoundMapcount(), -1);
    with(head.mapcount(), headPte == 0 ? -1 : 0).with(tail.mapcount(), tailPte == 0 ? -1 : 0);
    with(head.refcount(), values.getOrDefault(head.refcount(), 1L) + 1);
    return with(table.ptes().get(0), headPte).with(table.ptes().get(1), tailPte);
  }

  private void assertBreaks(KernelState state, String broken) {
    World world =
        new World(
            Kernels.of(state),
            memory,
            ImmutableList.of(head, tail),
            ImmutableList.of(
                new AddressSpace(
                    new Mm(memory, "mm", true), ImmutableList.of(table.above(), moved.above())),
                new AddressSpace(new Mm(memory, "child", false), ImmutableList.of(child.above()))),
            ImmutableList.of(table, moved, child),
            ImmutableList.of());
    End end = new OneValue(0, ImmutableMap.copyOf(values), notes.build());
    assertEquals(
        broken,
        new Exclusivity(world)
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
  void theFlagOfTheHeadAppliesToEachPageThatAPmdMaps() {
    pinnedTail().assertBreaks(NONE);
    with(head.flags(), bit(PG_HEAD)).with(tail.flags(), EXCLUSIVE).assertBreaks(LOST);
  }

  @Test
  void aWritablePmdEntryMapsAHugePageWhoseHeadIsExclusive() {
    with(head.flags(), bit(PG_HEAD)).with(tail.flags(), EXCLUSIVE).assertBreaks(WRITABLE);
    assertBreaks(KernelState.S0, NONE);
    with(table.pmd(), Pte.huge(head, false)).assertBreaks(NONE);
  }

  @Test
  void theFlagOfEachPageAppliesToThatPageThatAPteMaps() {
    pinnedTail().split(Pte.readOnly(head), Pte.writable(tail));
    with(head.refcount(), 3).with(head.flags(), bit(PG_HEAD)).with(tail.flags(), EXCLUSIVE);
    assertBreaks(NONE);
    with(tail.flags(), 0).with(head.flags(), bit(PG_HEAD) | EXCLUSIVE).assertBreaks(LOST);
  }

  @Test
  void anExclusiveHugePageIsMappedOnce() {
    with(child.pmd(), Pte.huge(head, false)).with(block.compoundMapcount(), 1);
    with(head.refcount(), 2).assertBreaks(SECOND);
  }

  @Test
  void anExclusivePageThatAPteMapsIsNotMappedByAPmdElsewhere() {
    split(Pte.readOnly(head), Pte.readOnly(tail)).with(child.pmd(), Pte.huge(head, false));
    with(head.refcount(), 4).assertBreaks(SECOND);
  }

  /** PG_double_map: each part counts one mapping that is none. */
  @Test
  void aDoubleMapIsNoMapping() {
    split(Pte.readOnly(head), Pte.readOnly(tail)).with(child.pmd(), Pte.huge(head, false));
    with(head.flags(), bit(PG_HEAD)).with(tail.flags(), bit(PG_DOUBLE_MAP));
    with(head.mapcount(), 1).with(tail.mapcount(), 1).with(block.compoundMapcount(), 0);
    with(head.refcount(), 3).assertBreaks(NONE);
    with(head.refcount(), 2).assertBreaks(REFERENCES);
  }

  @Test
  void aPinOfAHugePageHasAReferenceAndIsCounted() {
    pinnedTail().with(block.compoundPincount(), 0).assertBreaks(REFERENCES);
    with(block.compoundPincount(), 1).with(head.refcount(), 1).assertBreaks(REFERENCES);
  }

  @Test
  void aMigrationEntryOfAPinnedHugePageIsExclusive() {
    long entry = head.address() | Pte.HUGE | Pte.MIGRATION;
    pinnedTail().with(head.flags(), bit(PG_HEAD)).with(block.compoundMapcount(), -1);
    with(table.pmd(), entry | Pte.EXCLUSIVE).assertBreaks(NONE);
    with(table.pmd(), entry).assertBreaks(LOST);
  }

  @Test
  void anExclusiveMigrationEntryOfAHugePageIsTheOnlyEntry() {
    with(head.flags(), bit(PG_HEAD)).with(head.refcount(), 2);
    with(table.pmd(), head.address() | Pte.HUGE | Pte.MIGRATION | Pte.WRITE);
    with(child.pmd(), Pte.huge(head, false)).assertBreaks(TWICE);
  }

  @Test
  void aPinnedPageMayMoveInItsMmButNotToAnother() {
    pinnedTail().with(table.pmd(), 0).with(moved.pmd(), Pte.huge(head, true)).assertBreaks(NONE);
    assertBreaks(KernelState.S0, NONE);
    with(moved.pmd(), 0).with(child.pmd(), Pte.huge(head, true)).assertBreaks(LOST);
    assertBreaks(KernelState.S0, LOST);
  }

  @Test
  void aMigrationEntryIsNotPinnedThrough() {
    notes.add(new Note(GupHugePmd.THROUGH_MIGRATION, tail.address(), 0));
    assertBreaks("a page was pinned through a migration entry");
  }
}
