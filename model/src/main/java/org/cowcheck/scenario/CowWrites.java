package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.cowcheck.memory.Cpu;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.SlowGupPatches;
import org.cowcheck.user.PageOwner;

/** Tests 1 and 2 of the matrix: the parent writes after a fork, and the child looks. */
final class CowWrites {
  private static final String BROKEN = "the child's memory has changed";

  private static final CowTest BASIC =
      new CowTest(
          "basic",
          "the parent writes after a fork",
          """
          fork() shares the page and makes both entries read-only, so that the parent's write
          faults and copies it. The child must not see what the parent writes.

            CPU0: parent                              CPU1: child
            (C11) write-protect the PTE
            (C12) store the child's PTE
                                                      (H2)  load from the page
            (W17) store the PTE: the copy
            (H3)  store to the copy
                                                      (H2)  load from the page: the same
          """,
          BROKEN,
          Patches.states(),
          CowWrites::forkAndWrite,
          Optional.of(CowTest::readTwice));

  private static final CowTest MPROTECT =
      new CowTest(
          "mprotect",
          "the parent writes after a fork and two mprotect()s",
          """
          As cow-basic; but before it writes the parent takes write permission from the memory and
          gives it back. Since v6.0 that makes the entry writable at once, without a fault, if the
          page is exclusive and dirty. A page that fork() shared is not exclusive.

            CPU0: parent                              CPU1: child
            (C9)  clear PG_anon_exclusive
            (C12) store the child's PTE
            (Q4)  store the PTE: read-only
            (PR1) PG_anon_exclusive? no               [if mprotect() does not ask]
            (Q4)  store the PTE: read-only
            (W17) store the PTE: the copy
            (H3)  store to the copy
                                                      (H2)  load from the page: the same
          """,
          BROKEN,
          Patches.statesAnd(SlowGupPatches.BLIND_UPGRADE),
          CowWrites::forkAndProtectAndWrite,
          Optional.of(CowTest::readTwice));

  static final ImmutableList<CowTest> ALL = ImmutableList.of(BASIC, MPROTECT);

  private CowWrites() {}

  static long forkAndWrite(Cpu cpu, PageOwner parent, CowProcesses processes) {
    processes.fork(cpu, parent);
    return processes.isChildReady(cpu) ? write(cpu, parent, processes) : CowTest.NOT_RUN;
  }

  static long forkAndProtectAndWrite(Cpu cpu, PageOwner parent, CowProcesses processes) {
    processes.fork(cpu, parent);
    if (!processes.isChildReady(cpu)) {
      return CowTest.NOT_RUN;
    }
    parent.protect();
    parent.protectWritable();
    return write(cpu, parent, processes);
  }

  private static long write(Cpu cpu, PageOwner parent, CowProcesses processes) {
    boolean permitted = parent.write(CowTest.AFTER);
    processes.parentIsReady(cpu);
    return CowTest.permitted(permitted);
  }
}
