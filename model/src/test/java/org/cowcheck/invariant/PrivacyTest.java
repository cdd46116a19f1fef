package org.cowcheck.invariant;

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
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Kernels;
import org.cowcheck.user.Task;
import org.junit.jupiter.api.Test;

/** What processes see of each other, and of what they wrote themselves. */
final class PrivacyTest {
  private static final String LATER = "a child sees what its parent wrote after fork";
  private static final String CHILDS = "a parent sees what its child wrote";
  private static final String LOST = "a process does not see what it wrote last";
  private static final String NONE = "";

  private final Memory memory = new Memory();
  private final Page page = Page.free(memory, "page");
  private final PageTable table = PageTable.of(memory, "mm", 0);
  private final PageTable child = PageTable.of(memory, "child", 0);
  private final Map<Word, Long> values = new HashMap<>();
  private final ImmutableList.Builder<Note> notes = ImmutableList.builder();

  private PrivacyTest note(String name, long value) {
    notes.add(new Note(name, value, 0));
    return this;
  }

  private PrivacyTest writes(PageTable at, long value) {
    return note(UserAccess.WRITTEN, value).note(UserAccess.AT, at.location());
  }

  private PrivacyTest reads(PageTable at, long value) {
    return note(UserAccess.READ, value).note(UserAccess.AT, at.location());
  }

  private PrivacyTest forks() {
    return note(Fork.FORKED, 0);
  }

  private PrivacyTest maps(PageTable at, long contents) {
    values.put(at.pte(), Pte.readOnly(page));
    values.put(page.contents(), contents);
    return this;
  }

  private void assertBreaks(String broken) {
    World world =
        new World(
            Kernels.of(KernelState.S3),
            memory,
            ImmutableList.of(page),
            ImmutableList.of(
                new AddressSpace(new Mm(memory, "parent", false), ImmutableList.of(table.above())),
                new AddressSpace(new Mm(memory, "forked", false), ImmutableList.of(child.above()))),
            ImmutableList.of(table, child),
            ImmutableList.of());
    End end = new OneValue(0, ImmutableMap.copyOf(values), notes.build());
    assertEquals(
        broken,
        new Privacy(world)
            .all().stream()
                .filter(invariant -> !invariant.holds().test(end))
                .map(Invariant::broken)
                .findFirst()
                .orElse(NONE));
  }

  @Test
  void aChildMapsWhatItsParentWroteBeforeForkOnly() {
    maps(child, 7).writes(table, 7).forks().assertBreaks(NONE);
    writes(table, 7).assertBreaks(LATER);
    maps(child, 8).assertBreaks(NONE);
  }

  @Test
  void aChildReadsWhatItsParentWroteBeforeForkOnly() {
    writes(table, 7).forks().reads(child, 7).assertBreaks(NONE);
    writes(table, 8).assertBreaks(NONE);
    reads(child, 8).assertBreaks(LATER);
  }

  @Test
  void whatAChildWroteItselfItMayRead() {
    forks().writes(table, 8).writes(child, 8).reads(child, 8).assertBreaks(NONE);
  }

  @Test
  void aParentNeverReadsWhatItsChildWrote() {
    forks().writes(child, 8).reads(table, 7).assertBreaks(NONE);
    reads(table, 8).assertBreaks(CHILDS);
  }

  @Test
  void aParentNeverMapsWhatItsChildWrote() {
    forks().writes(child, 8).maps(table, 8).assertBreaks(CHILDS);
  }

  @Test
  void aProcessReadsWhatItWroteLast() {
    writes(table, 7).reads(table, 7).writes(table, 8).reads(table, 8).assertBreaks(NONE);
    reads(table, 7).assertBreaks(LOST);
  }

  @Test
  void whatIsUnmappedIsGone() {
    writes(table, 7).note(Zap.ZAPPED, table.location()).reads(table, 0).assertBreaks(NONE);
  }

  @Test
  void aProcessReadsWhatIsWrittenThroughAPin() {
    writes(table, 7).note(Task.WRITTEN_THROUGH, 9).reads(table, 9).assertBreaks(NONE);
    reads(table, 0).assertBreaks(LOST);
  }
}
