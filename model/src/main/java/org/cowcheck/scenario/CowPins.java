package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.cowcheck.memory.Cpu;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.gup.GupFlags;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.SlowGupPatches;
import org.cowcheck.user.PageOwner;

/**
 * Tests 7 to 14 of the matrix: a page is pinned, its owner writes, and the write is to be seen
 * through the pin.
 *
 * <p>The tests that make an exclusive page read-only have soft-dirty tracking keep it read-only,
 * although the mapping may be written to again.
 */
final class CowPins {
  private static final String BROKEN = "what the owner wrote is not there through the pin";
  private static final ImmutableList<Patch> PATCHES = Patches.states();
  private static final GupFlags READ = GupFlags.PIN.forLong();
  private static final GupFlags WRITE = GupFlags.PIN_WRITE.forLong();

  /** How a page is pinned for reading. */
  private interface Pinning {
    Page pin(PageOwner owner, GupFlags flags);
  }

  private static final CowTest IO_URING =
      new CowTest(
          "io-uring",
          "a page with a fixed buffer of io_uring becomes read-only, and the owner writes",
          """
          The write faults. v5.17 asks for other references, finds the pin, and copies: the buffer
          and the memory of its owner are two pages from there on (09854ba94c6a). Since v5.19 the
          exclusive page is reused.

            CPU0: owner
            (FG10) _refcount + 1024
            (Q4)   store the PTE: read-only
            (W3)   PG_anon_exclusive? then reuse
            (H3)   store to the page
            (FG65) load from the page: what was stored
          """,
          BROKEN,
          PATCHES,
          (cpu, owner, processes) -> {
            Page pinned = owner.pin(WRITE);
            owner.protect();
            return seesWrite(cpu, owner, processes, pinned);
          },
          Optional.empty());

  private static final CowTest IO_URING_FORK =
      new CowTest(
          "io-uring-fork",
          "the owner of a fixed buffer of io_uring forks and writes",
          """
          fork() copies a page that may be pinned for the child (70e806e4e645), and leaves the
          owner's entry writable.

            CPU0: owner                               CPU1: child
            (FG10) _refcount + 1024
            (C8)   pinned? then copy
            (C15)  store the child's PTE: the copy
            (H3)   store to the page
                                                      (H2)  load from the copy: as it was
            (FG65) load from the page: what was stored
          """,
          BROKEN,
          Patches.statesAnd(
              SlowGupPatches.S0_WITHOUT_EARLY_COW, SlowGupPatches.S3_WITHOUT_EARLY_COW),
          (cpu, owner, processes) -> {
            Page pinned = owner.pin(WRITE);
            processes.fork(cpu, owner);
            return processes.isChildReady(cpu)
                ? seesWrite(cpu, owner, processes, pinned)
                : CowTest.NOT_RUN;
          },
          Optional.of(CowTest::readTwice));

  static final ImmutableList<CowTest> ALL =
      ImmutableList.of(
          IO_URING,
          IO_URING_FORK,
          onShared(
              "ro-pin-on-shared",
              "a page that a child shares is pinned for reading",
              PageOwner::pin),
          onShared(
              "ro-fast-pin-on-shared",
              "a page that a child shares is pinned for reading by GUP-fast",
              PageOwner::pinFast),
          onPreviouslyShared(
              "ro-pin-on-previously-shared",
              "a page is pinned for reading while the child that shares it exits",
              PageOwner::pin),
          onPreviouslyShared(
              "ro-fast-pin-on-previously-shared",
              "a page is pinned for reading by GUP-fast while the child that shares it exits",
              PageOwner::pinFast),
          onExclusive(
              "ro-pin-on-ro-exclusive",
              "an exclusive read-only page is pinned for reading",
              PageOwner::pin),
          onExclusive(
              "ro-fast-pin-on-ro-exclusive",
              "an exclusive read-only page is pinned for reading by GUP-fast",
              PageOwner::pinFast));

  private CowPins() {}

  private static CowTest onShared(String id, String title, Pinning pinning) {
    return new CowTest(
        id,
        title,
        """
        v5.17 pins the shared page as it is, and the write that follows copies it, because it is
        shared: what the owner writes is not there through the pin. Since v5.19 a page that is not
        exclusive is unshared before it is pinned for reading; GUP-fast leaves that to its slow
        path.

          CPU0: owner                               CPU1: child
          (C12)  store the child's PTE
          (FG7)  PG_anon_exclusive? else unshare
          (W17)  store the PTE: the copy
          (FG10) _refcount of the copy + 1024
          (H3)   store to the copy
                                                    (H2)  load from the page: as it was
          (FG65) load from the copy: what was stored
        """,
        BROKEN,
        PATCHES,
        (cpu, owner, processes) -> {
          processes.fork(cpu, owner);
          return processes.isChildReady(cpu)
              ? seesWrite(cpu, owner, processes, pinning.pin(owner, READ))
              : CowTest.NOT_RUN;
        },
        Optional.of(CowTest::readTwice));
  }

  private static CowTest onPreviouslyShared(String id, String title, Pinning pinning) {
    return new CowTest(
        id,
        title,
        """
        Nobody shares the page by the time it is written to, or by the time it is pinned, but it is
        not exclusive until a fault finds that out. In v5.17 the pin itself is the reference for
        which the page is copied.

          CPU0: owner                               CPU1: child
          (C9)   clear PG_anon_exclusive
          (C12)  store the child's PTE
                                                    (Z7)  drop the reference
          (FG7)  PG_anon_exclusive? else unshare
          (W6)   any other reference? no
          (W8)   set PG_anon_exclusive
          (FG10) _refcount + 1024
          (H3)   store to the page
          (FG65) load from the page: what was stored
        """,
        BROKEN,
        PATCHES,
        (cpu, owner, processes) -> {
          processes.fork(cpu, owner);
          return processes.isChildReady(cpu)
              ? seesWrite(cpu, owner, processes, pinning.pin(owner, READ))
              : CowTest.NOT_RUN;
        },
        Optional.of(
            (cpu, child, processes) -> {
              child.unmap();
              processes.childIsReady(cpu);
              return CowTest.PASSED;
            }));
  }

  private static CowTest onExclusive(String id, String title, Pinning pinning) {
    return new CowTest(
        id,
        title,
        """
        Nobody ever shared the page. In v5.17 the pin is the reference for which the write copies
        it; since v5.19 it is exclusive, and reused.

          CPU0: owner
          (Q4)   store the PTE: read-only
          (FG7)  PG_anon_exclusive? yes
          (FG10) _refcount + 1024
          (W3)   PG_anon_exclusive? then reuse
          (H3)   store to the page
          (FG65) load from the page: what was stored
        """,
        BROKEN,
        PATCHES,
        (cpu, owner, processes) -> {
          owner.protect();
          return seesWrite(cpu, owner, processes, pinning.pin(owner, READ));
        },
        Optional.empty());
  }

  private static long seesWrite(Cpu cpu, PageOwner owner, CowProcesses processes, Page pinned) {
    if (pinned == null || !owner.write(CowTest.AFTER)) {
      return CowTest.REFUSED;
    }
    boolean same = owner.readThrough(pinned) == CowTest.AFTER;
    processes.parentIsReady(cpu);
    return CowTest.same(same);
  }
}
