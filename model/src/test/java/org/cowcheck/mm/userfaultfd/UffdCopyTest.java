package org.cowcheck.mm.userfaultfd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.KernelState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What UFFDIO_COPY maps, and when it does not. */
final class UffdCopyTest {
  private static final long CONTENTS = 9;

  private static boolean copy(OneEntry one, Cpu cpu) {
    return new UffdCopy(one.kernel, one.free)
        .copyPage(cpu, one.mm, one.childTable, CONTENTS, FreeList.of(one.spare));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aNewPageIsMappedWritable(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    assertTrue(copy(one, one.cpu()));
    assertEquals(Pte.writable(one.spare), one.childPte());
    assertEquals(CONTENTS, OneEntry.value(one.spare.contents()));
    assertEquals(1, OneEntry.value(one.spare.refcount()));
    assertEquals(0, OneEntry.value(one.spare.mapcount()));
    assertEquals(Page.ANON_VMA, OneEntry.value(one.spare.mapping()));
    if (one.hasExclusive()) {
      assertTrue(one.isExclusive(one.spare));
    }
  }

  @Test
  void anEntryThatIsFilledStays() {
    OneEntry one = new OneEntry(KernelState.S3, 1);
    Cpu cpu =
        one.cpuMeddledWithAt(
            "FG32", () -> OneEntry.set(one.childTable.pte(), Pte.readOnly(one.page)));
    assertFalse(copy(one, cpu));
    assertEquals(Pte.readOnly(one.page), one.childPte());
    assertEquals(0, OneEntry.value(one.spare.refcount()));
    assertFalse(one.bug());
  }

  @Test
  void theContentsAreThereBeforeTheEntry() {
    OneEntry one = new OneEntry(KernelState.S3, 1);
    assertTrue(copy(one, one.cpu()));
    assertEquals(
        List.of(
            "FG81 store ONCE spare.contents=9",
            "FG81 smp_wmb",
            "FG33 load ONCE child.pte",
            "FG82 store ONCE child.pte=" + Pte.writable(one.spare)),
        one.did("FG81|FG33|FG82").stream().filter(line -> !line.contains("flags")).toList());
  }
}
