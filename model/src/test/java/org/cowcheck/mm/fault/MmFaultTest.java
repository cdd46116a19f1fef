package org.cowcheck.mm.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.RecordingCpu;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.MmapLock;
import org.cowcheck.mm.OneEntry;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageCache;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.Vma;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.fault.MmFault.Access;
import org.cowcheck.patch.KernelState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which path a fault takes, and whom mmap_lock excludes. */
final class MmFaultTest {

  private static void fault(OneEntry one, Cpu cpu, Vma vma, Access access) {
    new MmFault(one.kernel, one.memory, one.free, FreeList.of(one.spare))
        .handle(cpu, one.mm, vma, one.table, access);
    assertFalse(one.bug());
  }

  private static OneEntry unmapped(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    OneEntry.set(one.table.pte(), 0);
    return one;
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aReadOfAFileMapsThePageOfThePageCache(KernelState state) {
    OneEntry one = unmapped(state);
    Page file = PageCache.unmapped(one.memory, "file");
    fault(one, one.cpu(), new Vma(true, file), Access.READ);
    assertEquals(Pte.readOnly(file), one.pte());
    assertEquals(2, OneEntry.value(file.refcount()));
    assertEquals(0, OneEntry.value(file.mapcount()));
    assertFalse(OneEntry.has(file, PageFlag.PG_LOCKED));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aWriteToAPrivateFileMappingMapsACopy(KernelState state) {
    OneEntry one = unmapped(state);
    Page file = PageCache.unmapped(one.memory, "file");
    OneEntry.set(file.contents(), 7);
    fault(one, one.cpu(), new Vma(true, file), Access.WRITE);
    assertEquals(Pte.writable(one.spare), one.pte());
    assertEquals(7, OneEntry.value(one.spare.contents()));
    assertEquals(1, OneEntry.value(file.refcount()));
    assertEquals(-1, OneEntry.value(file.mapcount()));
    assertFalse(OneEntry.has(file, PageFlag.PG_LOCKED));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void whoeverWasFasterWins(KernelState state) {
    for (Access access : List.of(Access.READ, Access.WRITE)) {
      OneEntry one = unmapped(state);
      Page file = PageCache.unmapped(one.memory, "file");
      long other = Pte.writable(one.page);
      Cpu cpu = one.cpuMeddledWithAt("FG44", () -> OneEntry.set(one.table.pte(), other));
      fault(one, cpu, new Vma(true, file), access);
      assertEquals(other, one.pte());
      assertEquals(1, OneEntry.value(file.refcount()));
      assertEquals(0, OneEntry.value(one.spare.refcount()));
    }
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aNewPageIsClearedBeforeItIsMapped(KernelState state) {
    OneEntry one = unmapped(state);
    OneEntry.set(one.spare.contents(), 7);
    fault(one, one.cpu(), Vma.ANON, Access.READ);
    assertEquals(
        List.of(
            "D0 store ONCE spare.contents=0",
            "D1 smp_wmb",
            "D5 store ONCE mm.pte=" + Pte.writable(one.spare)),
        one.did("D[015]"));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aNewHugePageIsClearedBeforeItIsMapped(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    Page head = PageBlock.free(one.memory, "huge", 2, 7).head();
    PageTable table = PageTable.deposited(one.memory, "new", 0, 2);
    assertTrue(
        new HugeFault(one.kernel)
            .doHugePmdAnonymousPage(one.cpu(), table, FreeList.of(head), one.free));
    assertEquals(
        List.of("HP1 store ONCE huge.contents=0", "HP1 store ONCE huge[1].contents=0"),
        one.did("HP1"));
    assertEquals("HP2 smp_wmb", one.did("HP[12]").get(2));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aFaultThatFindsNoTableAnyMoreIsTriedAgain(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    PageTable table = PageTable.of(one.memory, "two", 0, 0);
    Cpu cpu = one.cpuMeddledWithAt("YF1a", () -> OneEntry.set(table.pmd(), 0));
    new MmFault(one.kernel, one.memory, one.free, FreeList.of(one.spare))
        .handle(cpu, one.mm, table, Access.READ);
    assertEquals(List.of("YF1a load ONCE two.pmd"), one.did("YF1a|YF2|D.*"));
  }

  /** pte_same(): the entry is loaded once, and nothing is done if it is another under the lock. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aWriteFaultGoesByTheEntryThatItLoaded(KernelState state) {
    for (boolean changes : List.of(false, true)) {
      OneEntry one = new OneEntry(state, 1);
      Page other = one.spare;
      OneEntry.set(one.table.pte(), Pte.readOnly(one.page));
      long meanwhile = Pte.readOnly(changes ? other : one.page);
      Cpu cpu = one.cpuMeddledWithAt("W1", () -> OneEntry.set(one.table.pte(), meanwhile));
      fault(one, cpu, Vma.ANON, Access.WRITE);
      assertEquals(changes, one.did("W2a").isEmpty());
      assertEquals(changes ? meanwhile : Pte.writable(one.page), one.pte());
      assertEquals(1, one.did("YF2").size());
    }
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aLoadThatWouldFaultIsLeftOut(KernelState state) {
    OneEntry one = new OneEntry(state, 1);
    UserAccess user = new UserAccess(one.kernel, one.memory, one.free);
    assertEquals(7, user.readIfMapped(one.cpu(), one.table));
    OneEntry.set(one.table.pte(), 0);
    assertEquals(UserAccess.SEGV, user.readIfMapped(one.cpu(), one.table));
    assertEquals(0, one.pte());
  }

  @Test
  void aWriterExcludesAllReaders() {
    Mm mm = new Mm(new Memory(), "mm", false, 2);
    RecordingCpu cpu = new RecordingCpu();
    MmapLock.readLock(cpu, mm.reader(1));
    MmapLock.readUnlock(cpu, mm.reader(1));
    MmapLock.writeLock(cpu, mm);
    MmapLock.writeUnlock(cpu, mm);
    assertEquals(
        List.of(
            "lock mm.mmap_lock.1",
            "unlock mm.mmap_lock.1",
            "lock mm.mmap_lock",
            "lock mm.mmap_lock.1",
            "unlock mm.mmap_lock.1",
            "unlock mm.mmap_lock"),
        cpu.log());
  }
}
