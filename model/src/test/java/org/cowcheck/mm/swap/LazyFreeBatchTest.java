package org.cowcheck.mm.swap;

import static org.cowcheck.mm.OneEntry.set;
import static org.cowcheck.mm.OneEntry.value;
import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.SwapPatches;
import org.junit.jupiter.api.Test;

/** When reclaim discards or keeps a large folio of MADV_FREE. */
final class LazyFreeBatchTest {
  private static final Patch BATCH = SwapPatches.LAZYFREE_BATCH;
  private static final Patch FIXED = SwapPatches.LAZYFREE_BATCH_FIXED;

  /** A folio of two pages that two PTEs map; reclaim has the third reference. */
  private static final class TwoPages {
    final OneEntry one;
    final PageBlock folio;
    final PageTable table;

    TwoPages(Patch patch) {
      one = new OneEntry(patch, 1);
      Memory memory = one.memory;
      folio =
          PageBlock.compound(
              memory,
              "folio",
              PageBlock.Compound.UNMAPPED,
              new PageState(bit(PG_UPTODATE), Page.ANON_VMA, 3, 0),
              new PageState(0, Page.TAIL_MAPPING, 0, 0));
      table = PageTable.of(memory, "two", clean(folio.head()), clean(tail()));
    }

    Page tail() {
      return folio.pages().get(1);
    }

    TwoPages inUse() {
      set(folio.head().refcount(), 4);
      return this;
    }

    TwoPages dirty() {
      set(folio.head().flags(), bit(PG_UPTODATE) | bit(PG_DIRTY));
      return this;
    }

    TwoPages tailReadOnly() {
      set(table.at(1).pte(), Pte.readOnly(tail()));
      return this;
    }

    boolean reclaim() {
      return new LazyFreeBatch(one.kernel, one.memory, one.free)
          .tryToUnmap(one.cpu(), one.mm, table, folio);
    }

    void assertMaps(long first, long second) {
      assertEquals(first, value(table.pte()));
      assertEquals(second, value(table.at(1).pte()));
    }
  }

  private static long clean(Page page) {
    return Pte.writable(page) & ~Pte.DIRTY;
  }

  @Test
  void aFolioThatNobodyUsesIsDiscarded() {
    TwoPages two = new TwoPages(BATCH);
    assertTrue(two.reclaim());
    two.assertMaps(0, 0);
    assertEquals(1, value(two.folio.head().refcount()));
    assertEquals(-1, value(two.folio.head().mapcount()));
    assertEquals(-1, value(two.tail().mapcount()));
    assertFalse(OneEntry.has(two.folio.head(), PG_SWAPBACKED));
  }

  @Test
  void oneLookIsForAllEntries() {
    TwoPages two = new TwoPages(BATCH);
    assertTrue(two.reclaim());
    assertEquals(
        List.of(
            "LB6 update RELAXED two.pte0",
            "LB6 update RELAXED two.pte1",
            "LB8 smp_mb",
            "LB9 load ONCE folio._refcount",
            "LB9 load ONCE folio._mapcount",
            "LB9 load ONCE folio[1]._mapcount",
            "LB10 smp_rmb",
            "LB11 load ONCE folio.flags"),
        two.one.did("LB([689]|1[01])"));
  }

  @Test
  void aFolioThatIsInUseIsKept() {
    TwoPages two = new TwoPages(BATCH).inUse();
    assertFalse(two.reclaim());
    two.assertMaps(clean(two.folio.head()), clean(two.tail()));
    assertEquals(4, value(two.folio.head().refcount()));
    assertFalse(OneEntry.has(two.folio.head(), PG_SWAPBACKED));
  }

  @Test
  void withoutTheCountAFolioThatIsInUseIsDiscarded() {
    TwoPages two = new TwoPages(SwapPatches.LAZYFREE_BATCH_WITHOUT_COUNT).inUse();
    assertTrue(two.reclaim());
    two.assertMaps(0, 0);
  }

  @Test
  void aFolioThatIsDirtyAgainIsKeptAndSwapBacked() {
    TwoPages two = new TwoPages(FIXED).dirty();
    assertFalse(two.reclaim());
    two.assertMaps(clean(two.folio.head()), clean(two.tail()));
    assertTrue(OneEntry.has(two.folio.head(), PG_SWAPBACKED));
  }

  @Test
  void aReadOnlyEntryIsRestoredAsTheFirstWas() {
    TwoPages two = new TwoPages(BATCH).tailReadOnly().inUse();
    assertFalse(two.reclaim());
    two.assertMaps(clean(two.folio.head()), clean(two.tail()));
  }

  @Test
  void aBatchThatRespectsWritePermissionEndsBeforeAReadOnlyEntry() {
    TwoPages two = new TwoPages(FIXED).tailReadOnly().inUse();
    assertFalse(two.reclaim());
    two.assertMaps(clean(two.folio.head()), Pte.readOnly(two.tail()));
    TwoPages unused = new TwoPages(FIXED).tailReadOnly();
    assertTrue(unused.reclaim());
    unused.assertMaps(0, 0);
  }
}
