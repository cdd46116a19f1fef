package org.cowcheck.mm.thp;

import static org.cowcheck.mm.OneEntry.has;
import static org.cowcheck.mm.OneEntry.set;
import static org.cowcheck.mm.OneEntry.value;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;
import static org.cowcheck.mm.PageFlag.bit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.KernelState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the split of a PMD entry does with the page lock. */
final class SplitPageLockTest {
  private static boolean split(HugeEntry huge, Cpu cpu) {
    return new SplitHugePmd(huge.kernel, huge.memory, huge.one.free)
        .split(cpu, huge.mm, huge.table);
  }

  private static HugeEntry locked(KernelState state) {
    HugeEntry huge = new HugeEntry(state);
    set(huge.head.flags(), value(huge.head.flags()) | bit(PG_LOCKED));
    return huge;
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void v5_17_alone_locksThePageWhileItMovesTheCounts(KernelState state) {
    HugeEntry huge = new HugeEntry(state);
    assertTrue(split(huge, huge.cpu()));
    boolean locks = state == KernelState.S0;
    assertEquals(
        locks
            ? List.of(
                "SP20 update ACQUIRE huge.flags",
                "SP7 update NORETURN huge._refcount",
                "SP27 update RELEASE huge.flags")
            : List.of("SP7 update NORETURN huge._refcount"),
        huge.one.did("SP2\\d|SP7"));
    assertFalse(has(huge.head, PG_LOCKED));
  }

  @Test
  void v5_17_waitsForWhoHasThePageLocked() {
    HugeEntry huge = locked(KernelState.S0);
    assertFalse(split(huge, huge.cpu()));
    assertTrue(Pte.isHuge(huge.pmd()));
    assertEquals(1, huge.references());
    assertTrue(has(huge.head, PG_LOCKED));
  }

  @Test
  void v5_17_splitsWhenThePageIsUnlocked() {
    HugeEntry huge = locked(KernelState.S0);
    Cpu cpu =
        huge.one.cpuMeddledWithAt(
            "SP23", () -> set(huge.head.flags(), value(huge.head.flags()) & ~bit(PG_LOCKED)));
    assertTrue(split(huge, cpu));
    assertEquals(huge.table.asPmd(), huge.pmd());
    assertEquals(2, huge.references());
    assertFalse(has(huge.head, PG_LOCKED));
  }

  @Test
  void v5_17_looksAtThePmdEntryAgainOnceItHasWaited() {
    HugeEntry huge = locked(KernelState.S0);
    Cpu cpu =
        huge.one.cpuMeddledWithAt(
            "SP23",
            () -> {
              set(huge.head.flags(), value(huge.head.flags()) & ~bit(PG_LOCKED));
              set(huge.table.pmd(), 0);
            });
    assertTrue(split(huge, cpu));
    assertEquals(0, huge.pmd());
    assertEquals(1, huge.references());
    assertFalse(has(huge.head, PG_LOCKED));
  }
}
