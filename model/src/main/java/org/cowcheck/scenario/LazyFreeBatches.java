package org.cowcheck.scenario;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.access.DirectIo;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.gup.Unpin;
import org.cowcheck.mm.swap.LazyFreeBatch;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.SwapPatches;
import org.cowcheck.setting.HugePage;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * Reclaim clears all entries of a large folio of MADV_FREE, and looks once whether it is in use.
 */
final class LazyFreeBatches {
  private static final String BATCHED =
      "354dffd29575 (mm: support batched unmap for lazyfree large folios during reclamation)";
  private static final String RESTORED =
      "29f40594a281 (mm/rmap: fix incorrect pte restoration for lazyfree folios), CVE-2026-31398";

  static final Scenario DIRECT_IO =
      new Scenario(
              "354dffd29575-batched-lazyfree",
              "reclaim discards a large folio of MADV_FREE that a direct IO has just got hold of",
              """
              As 6c8e2a256915-madv-free-direct-io, with a folio of two pages: both entries are
              cleared, and then the counts of the folio and its PG_dirty are looked at, once; v6.1 does
              so for each entry. A
              reference of either page is one of the folio. GUP-fast looks again at the entry of the
              page that it wants, whose clearing comes before the smp_mb() like that of the other.

                CPU0: pin, direct IO, unpin               CPU1: reclaim
                (G8)   _refcount of the folio + 1
                (G14)  load the PTE of the tail: the same
                                                          (LB6)  clear both PTEs
                                                          (LB9)  _refcount           [the recipe]
                                                          (LB11) PG_dirty? no: discard
                (MF30) set PG_dirty of the folio
                (FG61) the device stores to the tail
              """,
              BATCHED + "; 6c8e2a256915",
              ImmutableList.of(
                  "a pin takes the place of the direct IO's plain reference (FOLL_GET); its first"
                      + " step is the same",
                  "the folio is isolated and clean already, and its PTEs writable and clean"),
              s3And(
                  SwapPatches.LAZYFREE_BATCH,
                  SwapPatches.LAZYFREE_BATCH_WITHOUT_COUNT,
                  SwapPatches.LAZYFREE_BATCH_WITHOUT_MB,
                  SwapPatches.LAZYFREE_BATCH_WITHOUT_RMB,
                  SwapPatches.LAZYFREE_BATCH_FIXED),
              LazyFreeBatches::directIo)
          .from(
              new Origin.Race(
                  "B28",
                  BATCHED,
                  false,
                  Platform.X86,
                  ImmutableList.of(SwapPatches.LAZYFREE_BATCH_WITHOUT_COUNT.name()),
                  ImmutableList.of(
                      SwapPatches.LAZYFREE_BATCH.name(), SwapPatches.LAZYFREE_BATCH_FIXED.name())));

  static final Scenario RESTORE =
      new Scenario(
              "29f40594a281-lazyfree-batch-restore",
              "reclaim maps a shared page writable when it finds a MADV_FREE folio in use",
              """
              The first page of a large folio is the parent's alone (MADV_DONTFORK) and writable; the
              second is shared with a child and write-protected. v6.15 takes both entries for one batch. The folio is dirty again, and both entries are stored as the first was: the
              parent may write to the page that the child has. No race is needed.

                CPU0: reclaim, then the parent writes
                (LB3)  load the PTE of the first page: writable
                (LB4)  load the PTE of the second: of the batch  [without LB5]
                (LB6)  clear both PTEs
                (LB11) PG_dirty? yes
                (LB12) store both PTEs: writable
                (H3)   store to the second page
              """,
              RESTORED,
              ImmutableList.of(
                  "one CPU only",
                  "the folio is isolated, and dirty by the write to its first page"),
              s3And(SwapPatches.LAZYFREE_BATCH, SwapPatches.LAZYFREE_BATCH_FIXED),
              LazyFreeBatches::restore)
          .from(
              new Origin.Race(
                  "B28",
                  RESTORED,
                  false,
                  Platform.X86,
                  ImmutableList.of(SwapPatches.LAZYFREE_BATCH.name()),
                  ImmutableList.of(SwapPatches.LAZYFREE_BATCH_FIXED.name())));

  private LazyFreeBatches() {}

  private static ImmutableList<Patch> s3And(Patch... variants) {
    return ImmutableList.<Patch>builder().addAll(Patches.named("S3")).add(variants).build();
  }

  /** A folio of two pages that PTEs map and reclaim has isolated; the first page is exclusive. */
  private static PageBlock folio(Kernel kernel, Memory memory, long flags, boolean shared) {
    long exclusive = HugePage.exclusive(kernel);
    return PageBlock.compound(
        memory,
        "folio",
        PageBlock.Compound.UNMAPPED,
        new PageState(bit(PG_UPTODATE) | flags | exclusive, Page.ANON_VMA, shared ? 4 : 3, 0, 0),
        HugePage.TAIL.withFlags(shared ? 0 : exclusive).withMapcount(shared ? 1 : 0));
  }

  private static long clean(Page page) {
    return Pte.writable(page) & ~Pte.DIRTY;
  }

  private static Setting directIo(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Mm mm = machine.mm("mm", true);
    PageBlock folio = folio(kernel, memory, 0, false);
    Page tail = folio.pages().get(1);
    machine.add(folio);
    PageTable table = machine.map(mm, PageTable.of(memory, "mm", clean(folio.head()), clean(tail)));
    PageTable ofTail = table.at(1);
    GupFast gup = new GupFast(kernel, memory, machine.free);
    Unpin unpin = new Unpin(kernel, machine.free);
    LazyFreeBatch reclaim = new LazyFreeBatch(kernel, memory, machine.free);
    return machine.running(
        ImmutableList.of(
            new Invariant(
                "reclaim discards a page that is written through a reference",
                end ->
                    end.returned(0) == 0
                        || (Pte.names(end.value(ofTail.pte()), tail)
                            && end.value(tail.contents()) == SwappedPage.NEW))),
        new Program(
            "pin, direct IO, unpin",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              Page pinned = gup.pinFast(cpu, mm, ofTail, true);
              if (pinned == null) {
                return 0;
              }
              DirectIo.readInto(cpu, pinned, SwappedPage.NEW);
              unpin.unpinUserPage(cpu, pinned);
              return 1;
            }),
        new Program(
            "reclaim", cpu -> reclaim.tryToUnmap(kernel.boot(cpu), mm, table, folio) ? 1 : 0));
  }

  private static Setting restore(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Mm mm = machine.mm("mm", true);
    Mm child = machine.mm("child", false);
    PageBlock folio = folio(kernel, memory, bit(PG_DIRTY), true);
    Page tail = folio.pages().get(1);
    machine.add(folio);
    Page spare = machine.free("spare");
    PageTable table =
        machine.map(mm, PageTable.of(memory, "mm", clean(folio.head()), Pte.readOnly(tail)));
    machine.map(child, PageTable.of(memory, "child", 0, Pte.readOnly(tail)));
    LazyFreeBatch reclaim = new LazyFreeBatch(kernel, memory, machine.free);
    UserAccess user = new UserAccess(kernel, memory, machine.free);
    return machine.running(
        ImmutableList.of(
            new Invariant(
                "a child sees what its parent wrote after fork",
                end -> end.value(tail.contents()) != SwappedPage.NEW)),
        new Program(
            "reclaim, then the parent writes",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              boolean unmapped = reclaim.tryToUnmap(cpu, mm, table, folio);
              user.write(cpu, mm, table.at(1), SwappedPage.NEW, FreeList.of(spare));
              return unmapped ? 1 : 0;
            }));
  }
}
