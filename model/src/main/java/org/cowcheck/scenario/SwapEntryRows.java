package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.fault.UnusePte;
import org.cowcheck.mm.fault.WriteFault;
import org.cowcheck.mm.gup.Unpin;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** What PG_anon_exclusive means for present, swap and empty entries: rows of the seed's table. */
final class SwapEntryRows {
  private static final String SOURCE = "RFC 08/13, 20220224122614.94921-9-david@redhat.com";

  private static final Patch WITHOUT_CLEAR =
      Patches.all().stream()
          .filter(patch -> patch.name().equals("seed-without-clear"))
          .findFirst()
          .orElseThrow();

  static final Scenario PRESENT =
      new Scenario(
              "entry-present",
              "a read-only pin asks the flag of the page, while a write fault sets it",
              """
              The page is not exclusive, and its only reference is that of its entry. A write fault
              may make it exclusive; a read-only pin may be taken only then.

                CPU0: GUP-fast                            CPU1: write fault
                (G5)  load the PTE: the page, read-only
                                                          (W6)  _refcount: nobody else
                                                          (W8)  set PG_anon_exclusive
                (G11) pin the page
                (G18) PG_anon_exclusive?
                                                          (W10) store the PTE: writable
              """,
              SOURCE,
              ImmutableList.of(),
              Patches.statesAnd(),
              SwapEntryRows::buildPresent)
          .from(new Origin.EntryRow("present"));

  static final Scenario SWAP =
      new Scenario(
              "entry-swap",
              "an exclusive page is swapped out and in again",
              """
              The page has been exclusive, and nobody has shared its entry. In S1 the entry does not
              say so, and the swap cache has a reference: the page comes back as one that may be
              shared. S2 and S3 keep it in the entry.

                CPU0: swap-out, swap-in
                (E3)  clear PG_anon_exclusive
                (U15) store the swap entry
                (I12) store the PTE: read-only
              """,
              SOURCE,
              ImmutableList.of("one CPU only; the page stays in the swap cache"),
              Patches.statesAnd(),
              (kernel, memory) -> buildSwap(kernel, memory, false))
          .from(new Origin.EntryRow("swap"));

  static final Scenario SWAPOFF =
      new Scenario(
              "entry-swap-swapoff",
              "an exclusive page is swapped out, and swapoff() brings it back",
              """
              As entry-swap, but unuse_pte() maps the page again. It looks at no count: what the
              entry does not say is lost.

                CPU0: swap-out, swapoff
                (E3)  clear PG_anon_exclusive
                (U15) store the swap entry
                (UP9) store the PTE: read-only
              """,
              SOURCE,
              ImmutableList.of("one CPU only"),
              Patches.statesAnd(),
              (kernel, memory) -> buildSwap(kernel, memory, true))
          .from(new Origin.EntryRow("swap"));

  static final Scenario NONE =
      new Scenario(
              "entry-none",
              "a pinned page is zapped, and freed by whoever is last",
              """
              Zapping leaves the flag as it is; a pin may still be there, and its unpin looks at the
              flag. It is gone before the page is free.

                CPU0: zap                                 CPU1: unpin
                (Z3)  clear the PTE
                                                          (V1)  PG_anon_exclusive? yes
                (Z7)  drop the reference                  (V2)  drop the pin
                (F13) or (F8) clear the flag: who was last
              """,
              SOURCE,
              ImmutableList.of(),
              Patches.statesAnd(WITHOUT_CLEAR),
              SwapEntryRows::buildNone)
          .from(new Origin.EntryRow("none (zapped)"));

  private SwapEntryRows() {}

  private static Setting buildPresent(Kernel kernel, Memory memory) {
    Page page =
        new Page(
            memory,
            "page",
            new PageState(
                PageFlag.bit(PageFlag.PG_UPTODATE) | PageFlag.bit(PageFlag.PG_SWAPBACKED),
                Page.ANON_VMA,
                1,
                0));
    PinRace race = new PinRace(kernel, memory, page, Pte.readOnly(page), true);
    WriteFault fault = new WriteFault(kernel, memory, race.free);
    return race.running(
        race.gupFast(PinRace.Pin.READ_ONLY),
        new Program(
            "write fault",
            cpu -> {
              fault.doWpPage(kernel.boot(cpu), race.mm, race.table, false, race.pages());
              return 0;
            }));
  }

  private static Setting buildSwap(Kernel kernel, Memory memory, boolean swapsOff) {
    Page page = AnonPage.isolated(memory, kernel, SwappedPage.OLD);
    SwappedPage swapped =
        SwappedPage.mapping(kernel, memory, SwapSlot.Device.DISK, page, Pte.writable(page));
    UnusePte unuse = new UnusePte(kernel, memory, swapped.machine.free);
    return swapped.machine.running(
        ImmutableList.of(
            new Invariant(
                "an exclusive page came back from swap as one that may be shared",
                end ->
                    Pte.present(end.value(swapped.table.pte()))
                        && isExclusive(kernel, end.value(page.flags()))),
            swapped.lastWritten(SwappedPage.OLD).isSeen("a swap-in maps stale contents")),
        new Program(
            swapsOff ? "swap-out, swapoff" : "swap-out, swap-in",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              swapped.swapOut().shrinkPage(cpu, swapped.mm, swapped.table, page, swapped.slot);
              boolean mapped =
                  swapsOff
                      ? unuse.unusePteRange(cpu, swapped.table, swapped.slot, FreeList.of())
                      : swapped.swapIn().doSwapPage(cpu, swapped.table);
              return mapped ? 1 : 0;
            }));
  }

  private static boolean isExclusive(Kernel kernel, long flags) {
    return !kernel.state().hasAnonExclusive()
        || (flags & PageFlag.bit(PageFlag.anonExclusive(kernel))) != 0;
  }

  private static Setting buildNone(Kernel kernel, Memory memory) {
    Page page = AnonPage.mappedAndPinned(memory, kernel);
    PinRace race = new PinRace(kernel, memory, page, Pte.writable(page), true);
    Zap zap = new Zap(kernel, memory, race.free);
    Unpin unpin = new Unpin(kernel, race.free);
    return race.running(
        ImmutableList.of(
            new Invariant(
                "a freed page kept its mapping or a flag",
                end ->
                    end.value(page.refcount()) == 0
                        && end.value(page.mapping()) == 0
                        && end.value(page.flags()) == 0)),
        new Program("zap", cpu -> zap.zapPteRange(kernel.boot(cpu), race.mm, race.table) ? 1 : 0),
        new Program(
            "unpin",
            cpu -> {
              unpin.unpinUserPage(kernel.boot(cpu), page);
              return 0;
            }));
  }
}
