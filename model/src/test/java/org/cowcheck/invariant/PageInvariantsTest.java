package org.cowcheck.invariant;

import static org.cowcheck.mm.PageFlag.GHOST_SLAB;
import static org.cowcheck.mm.PageFlag.PG_SLAB;
import static org.cowcheck.mm.PageFlag.bit;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Note;
import org.cowcheck.mm.Page;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Kernels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each invariant holds where it should and is broken where it should be. */
final class PageInvariantsTest {
  private final Page page = Page.free(new Memory(), "page");

  private End end(long returned, long flags, long mapping) {
    return new OneValue(
        returned,
        ImmutableMap.of(page.flags(), flags, page.mapping(), mapping),
        ImmutableList.of());
  }

  @ParameterizedTest
  @CsvSource({"0, false, true", "0, true, true", "1, true, true", "1, false, false"})
  void sayingSlabNeedsASlabPage(long said, boolean slab, boolean holds) {
    Invariant invariant = PageInvariants.slabWasTrue("PageSlab()", 0, 1, page);
    long flags = slab ? bit(PG_SLAB) | bit(GHOST_SLAB) : bit(PG_SLAB);
    assertEquals(holds, invariant.holds().test(end(said, flags, 0)));
  }

  @ParameterizedTest
  @CsvSource({"0, false, true", "0, true, false", "1, true, true", "1, false, true"})
  void sayingNoSlabNeedsAnotherPage(long said, boolean slab, boolean holds) {
    Invariant invariant = PageInvariants.notSlabWasTrue("PageSlab()", 0, 1, page);
    long flags = slab ? bit(PG_SLAB) | bit(GHOST_SLAB) : bit(PG_SLAB);
    assertEquals(holds, invariant.holds().test(end(said, flags, 0)));
  }

  @ParameterizedTest
  @CsvSource({"0, 512, 4097, true", "1, 0, 0, true", "1, 512, 0, false", "1, 0, 4097, false"})
  void aFreedPageHasNeitherFlagNorMapping(long freed, long flags, long mapping, boolean holds) {
    Invariant invariant = PageInvariants.freedPageIsClean(Kernels.of(KernelState.S1), 0, page);
    assertEquals(holds, invariant.holds().test(end(freed, flags, mapping)));
  }

  @Test
  void aNotedBugBreaksTheInvariant() {
    Invariant invariant = PageInvariants.noBug();
    assertEquals(true, invariant.holds().test(end(0, 0, 0)));
    End bug = new OneValue(0, ImmutableMap.of(), ImmutableList.of(new Note(Note.BUG, 0, 0)));
    assertEquals(false, invariant.holds().test(bug));
  }
}
