package org.cowcheck.mm.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.cowcheck.memory.Cpu;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.KernelState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** How a page becomes a KSM page, and how an entry comes to map one. */
final class KsmMergeTest {

  /** KSM has a reference of the page, and the spare page is a KSM page of the same contents. */
  private static OneEntry found(KernelState state) {
    OneEntry one = new OneEntry(state, 2);
    OneEntry.set(one.spare.mapping(), Page.KSM_NODE);
    OneEntry.set(one.spare.refcount(), 2);
    OneEntry.set(one.spare.mapcount(), 0);
    OneEntry.set(one.spare.contents(), 7);
    return one;
  }

  private static boolean become(OneEntry one) {
    return new Ksm(one.kernel).becomeKsmPage(one.cpu(), one.mm, one.table, one.page, Page.KSM_NODE);
  }

  private static boolean merge(OneEntry one, Cpu cpu) {
    return new Ksm(one.kernel).merge(cpu, one.mm, one.table, one.page, one.spare, one.free);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageBecomesAKsmPage(KernelState state) {
    OneEntry one = found(state);
    assertTrue(become(one));
    assertEquals(Page.KSM_NODE, OneEntry.value(one.page.mapping()));
    assertEquals(Pte.readOnly(one.page), one.pte());
    assertTrue(OneEntry.has(one.page, PageFlag.PG_DIRTY));
    assertFalse(OneEntry.has(one.page, PageFlag.PG_LOCKED));
    assertFalse(one.hasExclusive() && one.isExclusive(one.page));
    assertFalse(one.bug());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aPageThatIsInUseDoesNotBecomeAKsmPage(KernelState state) {
    OneEntry one = found(state);
    OneEntry.set(one.page.refcount(), 3);
    assertFalse(become(one));
    assertEquals(Page.ANON_VMA, OneEntry.value(one.page.mapping()));
    assertEquals(Pte.writable(one.page), one.pte());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void anEntryOfTheSameContentsMapsTheKsmPage(KernelState state) {
    OneEntry one = found(state);
    assertTrue(merge(one, one.cpu()));
    assertEquals(Pte.readOnly(one.spare), one.pte());
    assertEquals(1, OneEntry.value(one.spare.mapcount()));
    assertEquals(3, OneEntry.value(one.spare.refcount()));
    assertEquals(-1, OneEntry.value(one.page.mapcount()));
    assertEquals(1, one.references());
    assertFalse(OneEntry.has(one.page, PageFlag.PG_LOCKED));
    assertFalse(one.bug());
  }

  @Test
  void anEntryOfOtherContentsKeepsItsPage() {
    OneEntry one = found(KernelState.S3);
    OneEntry.set(one.spare.contents(), 8);
    assertFalse(merge(one, one.cpu()));
    assertEquals(Pte.readOnly(one.page), one.pte());
    assertEquals(2, OneEntry.value(one.spare.refcount()));
  }

  @Test
  void anEntryThatChangedMeanwhileKeepsItsPage() {
    OneEntry one = found(KernelState.S3);
    long written = Pte.writable(one.page);
    assertFalse(
        merge(one, one.cpuMeddledWithAt("M12e", () -> OneEntry.set(one.table.pte(), written))));
    assertEquals(written, one.pte());
  }

  private static Runnable makesExclusive(OneEntry one, Page page) {
    return () ->
        OneEntry.set(
            page.flags(),
            OneEntry.value(page.flags()) | PageFlag.bit(PageFlag.anonExclusive(one.kernel)));
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void anExclusivePageThatIsReplacedIsABug(KernelState state) {
    OneEntry one = found(state);
    merge(one, one.cpuMeddledWithAt("M12f", makesExclusive(one, one.page)));
    assertTrue(one.bug());
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void anExclusiveKsmPageIsABug(KernelState state) {
    OneEntry one = found(state);
    makesExclusive(one, one.spare).run();
    merge(one, one.cpu());
    assertTrue(one.bug());
  }

  @ParameterizedTest
  @EnumSource(value = KernelState.class, mode = Mode.EXCLUDE, names = "S0")
  void anExclusivePageThatBecomesAKsmPageIsABug(KernelState state) {
    OneEntry one = found(state);
    new Ksm(one.kernel)
        .becomeKsmPage(
            one.cpuMeddledWithAt("M12a", makesExclusive(one, one.page)),
            one.mm,
            one.table,
            one.page,
            Page.KSM_NODE);
    assertTrue(one.bug());
  }
}
