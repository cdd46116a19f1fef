package org.cowcheck.setting;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import java.util.function.BiFunction;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.HardwareCpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.RecordingCpu;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.mm.mmap.MovePtes;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.mm.thp.SplitHugePmd;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each way to have a huge page is where the kernel's paths lead to. */
final class HugeMemoryTest {
  private final Memory memory = new Memory();
  private Kernel kernel;
  private Machine machine;
  private Mm mm;

  private Machine machine(KernelState state) {
    kernel = new Kernel(Patch.of(state), Platform.GENERIC, Accesses.MARKED);
    machine = new Machine(kernel, memory);
    mm = machine.mm("mm", true);
    return machine;
  }

  private Cpu cpu() {
    return kernel.boot(new RecordingCpu());
  }

  private HugeMemory pmdMapped() {
    return HugeMemory.pmdMapped(machine, mm);
  }

  private HugeMemory split() {
    HugeMemory huge = pmdMapped();
    new SplitHugePmd(kernel, memory, machine.free).split(cpu(), mm, huge.tables().get(0));
    return huge;
  }

  private static long value(Word word) {
    return HardwareCpu.finalValue(word);
  }

  private static void assertSame(HugeMemory expected, HugeMemory actual) {
    for (int i = 0; i < 2; i++) {
      Page built = expected.page(i);
      Page made = actual.page(i);
      assertEquals(value(built.flags()), value(made.flags()), "flags " + i);
      assertEquals(value(built.mapping()), value(made.mapping()), "mapping " + i);
      assertEquals(value(built.refcount()), value(made.refcount()), "_refcount " + i);
      assertEquals(value(built.mapcount()), value(made.mapcount()), "_mapcount " + i);
      assertEquals(
          value(expected.at(i).pte()) & 0xffff, value(actual.at(i).pte()) & 0xffff, "PTE " + i);
    }
    assertEquals(
        value(expected.block().compoundMapcount()), value(actual.block().compoundMapcount()));
  }

  private void compare(
      KernelState state, BiFunction<Machine, Mm, HugeMemory> built, HugeMemory made) {
    Kernel other = new Kernel(Patch.of(state), Platform.GENERIC, Accesses.MARKED);
    Machine second = new Machine(other, new Memory());
    assertSame(built.apply(second, second.mm("mm", true)), made);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void pteMapped_isSplit(KernelState state) {
    machine(state);
    compare(state, HugeMemory::pteMapped, split());
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void singlePte_isSplitAndZapped(KernelState state) {
    machine(state);
    HugeMemory huge = split();
    new Zap(kernel, memory, machine.free).zapPteRange(cpu(), mm, huge.at(1));
    compare(state, HugeMemory::singlePte, huge);
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void partialMremap_isSplitAndMoved(KernelState state) {
    machine(state);
    HugeMemory huge = split();
    PageTable moved = machine.map(mm, PageTable.of(memory, "moved", 0, 0));
    new MovePtes(kernel).move(cpu(), mm, huge.at(1), moved, 1);
    compare(
        state,
        HugeMemory::partialMremap,
        new HugeMemory(huge.block(), ImmutableList.of(huge.tables().get(0), moved)));
  }

  /** The child gets the first entry alone, and exits. */
  @ParameterizedTest
  @EnumSource(KernelState.class)
  void partiallyShared_isSplitAndForkedAndZappedByTheChild(KernelState state) {
    machine(state);
    HugeMemory huge = split();
    long second = value(huge.at(1).pte());
    new RecordingCpu().WRITE_ONCE(huge.at(1).pte(), 0);
    PageTable child = HugeMemory.room(machine, machine.mm("child", false), "child");
    new Fork(kernel, memory, machine.free)
        .dupMmap(
            cpu(),
            mm,
            huge.tables().get(0),
            machine.slot(),
            new Fork.Child(child, FreeList.of(machine.free("spare"))));
    new RecordingCpu().WRITE_ONCE(huge.at(1).pte(), second);
    assertEquals(0, value(child.at(1).pte()));
    assertEquals(huge.page(0).address(), Pte.address(value(child.pte())));
    new Zap(kernel, memory, machine.free).zapPteRange(cpu(), mm, child);
    compare(state, HugeMemory::partiallyShared, huge);
  }
}
