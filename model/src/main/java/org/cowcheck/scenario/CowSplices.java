package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.cowcheck.memory.Cpu;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.SlowGupPatches;
import org.cowcheck.user.PageOwner;

/**
 * Tests 3 to 6 of the matrix: one process puts its memory into a pipe by vmsplice() and unmaps it;
 * the other, which shares the page, writes. What is in the pipe stays as it was.
 */
final class CowSplices {
  private static final String BROKEN = "what was spliced into the pipe has changed";
  private static final ImmutableList<Patch> PATCHES =
      Patches.statesAnd(SlowGupPatches.MAPCOUNT, SlowGupPatches.FORCED_COW);

  private static final CowTest CHILD =
      new CowTest(
          "vmsplice-child",
          "the child splices its memory and unmaps it, the parent writes",
          """
          The child's reference on the shared page is no pin and no mapping. Once the child has
          unmapped the page, the parent is the only one who maps it. A parent that counts mappings
          then writes to the page, and the child reads that from the pipe (CVE-2020-29374); one
          that counts references copies the page.

            CPU0: parent                              CPU1: child
                                                      (G8)  take a reference
                                                      (Z4)  _mapcount - 1
            (W6)  any other reference? then copy
            (H3)  store to the copy
                                                      (FG65) load from the page: the same
          """,
          BROKEN,
          PATCHES,
          CowWrites::forkAndWrite,
          Optional.of(CowSplices::spliceAndUnmap));

  private static final CowTest CHILD_MPROTECT =
      new CowTest(
          "vmsplice-child-mprotect",
          "the child splices its memory and unmaps it, the parent writes after two mprotect()s",
          """
          As cow-vmsplice-child, with the mprotect()s of cow-mprotect.

            CPU0: parent                              CPU1: child
                                                      (G8)  take a reference
                                                      (Z4)  _mapcount - 1
            (Q4)  store the PTE: read-only
            (PR1) PG_anon_exclusive? no
            (Q4)  store the PTE: read-only
            (W6)  any other reference? then copy
            (H3)  store to the copy
                                                      (FG65) load from the page: the same
          """,
          BROKEN,
          Patches.statesAnd(
              SlowGupPatches.MAPCOUNT, SlowGupPatches.FORCED_COW, SlowGupPatches.BLIND_UPGRADE),
          CowWrites::forkAndProtectAndWrite,
          Optional.of(CowSplices::spliceAndUnmap));

  private static final CowTest BEFORE_FORK =
      new CowTest(
          "vmsplice-before-fork",
          "the parent splices its memory, forks and unmaps it, the child writes",
          """
          The other way round: the pipe has what the parent had, and the child is the only one who
          maps the page in the end.

            CPU0: parent                              CPU1: child
            (G8)  take a reference
            (C12) store the child's PTE
            (Z4)  _mapcount - 1
                                                      (W6)  any other reference? then copy
                                                      (H3)  store to the copy
            (FG65) load from the page: the same
          """,
          BROKEN,
          PATCHES,
          (cpu, parent, processes) -> {
            long before = parent.read();
            Page spliced = parent.vmsplice();
            processes.fork(cpu, parent);
            return unmapAndCompare(cpu, parent, processes, before, spliced);
          },
          Optional.of(CowSplices::write));

  private static final CowTest AFTER_FORK =
      new CowTest(
          "vmsplice-after-fork",
          "the parent forks, splices its memory and unmaps it, the child writes",
          """
          As cow-vmsplice-before-fork, but the page is shared by the time it is spliced.

            CPU0: parent                              CPU1: child
            (C12) store the child's PTE
            (G8)  take a reference
            (Z4)  _mapcount - 1
                                                      (W6)  any other reference? then copy
                                                      (H3)  store to the copy
            (FG65) load from the page: the same
          """,
          BROKEN,
          PATCHES,
          (cpu, parent, processes) -> {
            long before = parent.read();
            processes.fork(cpu, parent);
            Page spliced = parent.vmsplice();
            return unmapAndCompare(cpu, parent, processes, before, spliced);
          },
          Optional.of(CowSplices::write));

  static final ImmutableList<CowTest> ALL =
      ImmutableList.of(CHILD, CHILD_MPROTECT, BEFORE_FORK, AFTER_FORK);

  private CowSplices() {}

  private static long spliceAndUnmap(Cpu cpu, PageOwner child, CowProcesses processes) {
    long before = child.read();
    Page spliced = child.vmsplice();
    child.unmap();
    processes.childIsReady(cpu);
    return processes.isParentReady(cpu) ? compare(child, before, spliced) : CowTest.NOT_RUN;
  }

  private static long unmapAndCompare(
      Cpu cpu, PageOwner parent, CowProcesses processes, long before, Page spliced) {
    parent.unmap();
    processes.parentIsReady(cpu);
    return processes.isChildReady(cpu) ? compare(parent, before, spliced) : CowTest.NOT_RUN;
  }

  private static long write(Cpu cpu, PageOwner child, CowProcesses processes) {
    if (!processes.isParentReady(cpu)) {
      return CowTest.NOT_RUN;
    }
    boolean permitted = child.write(CowTest.AFTER);
    processes.childIsReady(cpu);
    return CowTest.permitted(permitted);
  }

  private static long compare(PageOwner task, long before, Page spliced) {
    return spliced == null || before == UserAccess.SEGV
        ? CowTest.REFUSED
        : CowTest.same(before == CowMemory.BEFORE && task.readThrough(spliced) == before);
  }
}
