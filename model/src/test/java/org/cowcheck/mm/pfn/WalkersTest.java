package org.cowcheck.mm.pfn;

import static org.cowcheck.mm.OneEntry.has;
import static org.cowcheck.mm.OneEntry.set;
import static org.cowcheck.mm.OneEntry.value;
import static org.cowcheck.mm.PageFlag.PG_HWPOISON;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.bit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.alloc.PageAlloc;
import org.cowcheck.mm.alloc.Slab;
import org.cowcheck.mm.pfn.MemoryFailure.Outcome;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.WalkerPatches;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Those who look at pages without mapping them. */
final class WalkersTest {
  private static Outcome fail(OneEntry entry) {
    return new MemoryFailure(entry.kernel, entry.free).handle(entry.cpu(), entry.page);
  }

  private static OneEntry unmapped(KernelState state) {
    OneEntry entry = new OneEntry(state, 1);
    set(entry.table.pte(), 0);
    set(entry.page.mapcount(), -1);
    return entry;
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void anExclusivePageIsNoSlabPageToMemoryFailure(KernelState state) {
    OneEntry entry = unmapped(state);
    assertEquals(Outcome.LRU, fail(entry));
    assertTrue(has(entry.page, PG_HWPOISON));
    assertFalse(has(entry.page, PG_LOCKED));
    assertEquals(1, entry.references());
  }

  @Test
  void withoutItsHunkTheSeedTakesAnExclusivePageForSlab() {
    OneEntry entry = unmapped(KernelState.S1);
    Kernel kernel =
        new Kernel(WalkerPatches.WITHOUT_MEMORY_FAILURE_HUNK, Platform.GENERIC, Accesses.MARKED);
    assertEquals(
        Outcome.SLAB,
        new MemoryFailure(kernel, entry.free).handle(kernel.boot(entry.engine), entry.page));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void memoryFailureMarksBeforeItLooksForAReference(KernelState state) {
    OneEntry entry = unmapped(state);
    set(entry.page.flags(), value(entry.page.flags()) & ~bit(PG_LRU));
    assertEquals(Outcome.IGNORED, fail(entry));
    assertTrue(has(entry.page, PG_HWPOISON));
    assertEquals(List.of(), entry.did("MX5"));
    assertEquals(1, entry.references());
    assertEquals(Outcome.IGNORED, fail(entry));
    assertEquals(2, entry.did("MX1").size());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aMappedPageIsCounted(KernelState state) {
    OneEntry entry = new OneEntry(state, 1);
    assertEquals(1, KPageCount.pageCount(entry.kernel, entry.cpu(), entry.page));
    set(entry.page.mapcount(), 1);
    assertEquals(2, KPageCount.pageCount(entry.kernel, entry.cpu(), entry.page));
    set(entry.page.mapcount(), -1);
    assertEquals(0, KPageCount.pageCount(entry.kernel, entry.cpu(), entry.page));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aTailIsCountedByItselfAndByTheWholePage(KernelState state) {
    OneEntry entry = new OneEntry(state, 1);
    PageBlock block =
        PageBlock.compound(
            entry.memory,
            "huge",
            new PageBlock.Compound(0, 0),
            new PageState(0, Page.ANON_VMA, 1, -1),
            new PageState(0, Page.TAIL_MAPPING, 0, 0));
    assertEquals(1, KPageCount.pageCount(entry.kernel, entry.cpu(), block.head()));
    assertEquals(2, KPageCount.pageCount(entry.kernel, entry.cpu(), block.pages().get(1)));
    long flags = new KPageFlags(entry.kernel).stablePageFlags(entry.cpu(), block.pages().get(1));
    assertEquals(KPageFlags.KPF_MMAP | KPageFlags.KPF_ANON | KPageFlags.KPF_COMPOUND_TAIL, flags);
  }

  @Test
  void theRawBitIsSetOfAnExclusivePageOfTheSeedAlone() {
    for (KernelState state : KernelState.values()) {
      OneEntry entry = new OneEntry(state, 1);
      assertEquals(
          state == KernelState.S1, DumpReader.isSlab(entry.cpu(), entry.page), state.name());
    }
  }

  private static boolean isolatesSlab(Patch patch) {
    Kernel kernel = new Kernel(patch, Platform.GENERIC, Accesses.MARKED);
    OneEntry entry = new OneEntry(KernelState.S3, 1);
    Page slab = new Slab(kernel).allocSlabPage(kernel.boot(entry.engine), FreeList.of(entry.spare));
    assertSame(entry.spare, slab);
    boolean followed =
        new IsolateMovablePage(kernel, entry.free).isolate(kernel.boot(entry.engine), slab);
    assertEquals(1, value(slab.refcount()));
    assertFalse(has(slab, PG_LOCKED));
    return followed;
  }

  @Test
  void aSlabPageWithAListOverMappingLooksMovableUnlessItIsSkipped() {
    assertFalse(isolatesSlab(Patch.of(KernelState.S3)));
    assertTrue(isolatesSlab(WalkerPatches.SLAB_LIST));
    assertFalse(isolatesSlab(WalkerPatches.SLAB_SKIP));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPoisonedPageIsNotHandedOut(KernelState state) {
    OneEntry entry = new OneEntry(state, 1);
    Page poisoned = new Page(entry.memory, "poisoned", bit(PG_HWPOISON), 0, 0, -1);
    assertSame(entry.spare, PageAlloc.allocPage(entry.cpu(), FreeList.of(poisoned, entry.spare)));
    assertEquals(0, value(poisoned.refcount()));
    assertFalse(entry.bug());
  }

  /** What was loaded and stored is one update then; nothing is lost in between. */
  @Test
  void aPatchMakesTheUpdatesOfFlagsAtomic() {
    Kernel kernel =
        new Kernel(WalkerPatches.S3_WITH_ATOMIC_FREE, Platform.GENERIC, Accesses.MARKED);
    OneEntry entry = unmapped(KernelState.S3);
    entry.free.putPage(kernel.boot(entry.engine), entry.page);
    assertTrue(entry.did("F13").stream().noneMatch(line -> line.contains("load")));
    assertEquals(0, value(entry.page.flags()));
  }
}
