package org.cowcheck.mm.mmap;

import static org.cowcheck.mm.OneEntry.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.thp.HugeEntry;
import org.cowcheck.patch.KernelState;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** munmap() and mprotect() of all that is below one PMD entry. */
final class PmdRangeTest {
  private static void zap(HugeEntry huge) {
    new ZapPmdRange(huge.kernel, huge.memory, huge.one.free)
        .zapPmdRange(huge.cpu(), huge.mm, huge.table);
  }

  private static ProtectPmdRange protect(HugeEntry huge) {
    return new ProtectPmdRange(huge.kernel, huge.memory);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aHugePageIsUnmappedAsAWhole(KernelState state) {
    HugeEntry huge = new HugeEntry(state).held(1);
    zap(huge);
    assertEquals(0, huge.pmd());
    assertEquals(-1, value(huge.block.compoundMapcount()));
    assertEquals(1, huge.references());
    assertEquals(List.of(), huge.did("Z1"));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void eachEntryOfAPageTableIsUnmapped(KernelState state) {
    HugeEntry huge = new HugeEntry(state).held(1).split();
    zap(huge);
    assertEquals(huge.table.asPmd(), huge.pmd());
    assertEquals(0, huge.pte(0));
    assertEquals(0, huge.pte(1));
    assertEquals(1, huge.references());
    assertEquals(List.of(), huge.did("ZH1"));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aHugePageIsInvalidBeforeItIsReadOnly(KernelState state) {
    HugeEntry huge = new HugeEntry(state);
    protect(huge).changePmdRange(huge.cpu(), huge.mm, huge.table);
    assertEquals(Pte.huge(huge.head, false) | Pte.DIRTY, huge.pmd());
    assertTrue(huge.did("TH23").get(1).contains("update"), huge.did("TH23")::toString);
    assertEquals(1, huge.did("TH25").size());
  }

  /** c27f479e10bc came with v6.2. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void noHugePageBecomesWritableAtOnce(KernelState state) {
    HugeEntry huge = new HugeEntry(state);
    protect(huge).permitWrites(huge.cpu(), huge.mm, huge.table);
    assertEquals(Pte.huge(huge.head, false) | Pte.DIRTY, huge.pmd());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void eachEntryOfAPageTableIsProtected(KernelState state) {
    HugeEntry huge = new HugeEntry(state).split();
    protect(huge).changePmdRange(huge.cpu(), huge.mm, huge.table);
    assertEquals(Pte.readOnly(huge.head), huge.pte(0));
    assertEquals(Pte.readOnly(huge.tail), huge.pte(1));
    assertEquals(List.of(), huge.did("TH21"));
  }
}
