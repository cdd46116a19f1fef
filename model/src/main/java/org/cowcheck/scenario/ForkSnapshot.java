package org.cowcheck.scenario;

import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Contents;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.access.ThreadWrite;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.SlowGupPatches;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** fork() copies a pinned page while another thread of the parent writes to it. */
final class ForkSnapshot {
  private static final String FIX =
      "70e806e4e645 is what brought it; mm/memory: ensure fork child sees coherent memory snapshot"
          + " (Jann Horn, June 2025)";

  static final Scenario SCENARIO =
      new Scenario(
              "70e806e4e645-fork-snapshot",
              "a thread sets two words of a pinned page in order while fork copies the page",
              """
              fork() copies a page that is pinned at once, while its entry stays writable and
              nothing stops the other threads of the parent. The child may find the second of two
              stores and not the first: a state in which the memory never was. Pages that are shared
              are write-protected instead. Exclusivity is not touched.

                CPU0: fork                                CPU1: another thread
                (C14) load the first word: 0
                                                          (FG74) the first word becomes 1
                                                          (FG74) the second word becomes 1
                (C14) load the second word: 1

              With the entry write-protected and the TLB flushed before the copy (FG70), a store is
              done by then, or faults and waits for mmap_lock. v5.17 could not do that: the write
              fault would copy the pinned page (wrong-cow-of-pinned-page).
              """,
              FIX,
              ImmutableList.of("the page has two words, and was pinned long before"),
              Patches.statesAnd(SlowGupPatches.COHERENT_COPY, SlowGupPatches.UNFLUSHED_COPY),
              ForkSnapshot::build)
          .from(
              new Origin.Race(
                  "B25",
                  FIX,
                  false,
                  Platform.X86,
                  ImmutableList.of(
                      "S0", "seed", "S2", "S3", "S3-with-wrprotect-before-early-cow-without-flush"),
                  ImmutableList.of("S3-with-wrprotect-before-early-cow")));

  private ForkSnapshot() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    KernelState state = kernel.state();
    long exclusive = state.hasAnonExclusive() ? bit(PageFlag.anonExclusive(kernel)) : 0;
    Page page =
        machine.add(
            Page.ofTwoWords(
                memory,
                "page",
                new PageState(
                    bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | bit(PG_LRU) | exclusive,
                    Page.ANON_VMA,
                    1 + Page.GUP_PIN_COUNTING_BIAS,
                    0)));
    Mm mm = machine.mm("mm", true);
    PageTable table = machine.map(mm, PageTable.of(memory, "mm", Pte.writable(page)));
    PageTable childTable =
        machine.map(machine.mm("child", false), PageTable.of(memory, "child", 0));
    SwapSlot slot = machine.slot();
    Page copy = machine.add(Page.ofTwoWords(memory, "copy", PageState.FREE));
    Fork fork = new Fork(kernel, memory, machine.free);
    return machine.running(
        ImmutableList.of(Contents.isSnapshot(memory, childTable, 0)),
        new Program(
            "fork",
            cpu -> {
              fork.dupMmap(
                  kernel.boot(cpu), mm, table, slot, new Fork.Child(childTable, FreeList.of(copy)));
              return 0;
            }),
        new Program(
            "another thread",
            cpu -> {
              ThreadWrite thread = new ThreadWrite(kernel, memory, machine.free, FreeList.of());
              return thread.setBoth(kernel.boot(cpu), mm, table, 1, 1) ? 1 : 0;
            }));
  }
}
