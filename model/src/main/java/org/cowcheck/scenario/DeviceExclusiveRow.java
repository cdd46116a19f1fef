package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.EntryRule;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.DeviceExclusive;
import org.cowcheck.mm.Fork;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.MigrationPatches;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;

/**
 * The row "device exclusive" of the seed's table: PG_anon_exclusive of the page applies, and a fork
 * makes the entry present first.
 */
final class DeviceExclusiveRow {
  private static final String SOURCE =
      "the table of RFC 08/13, 20220224122614.94921-9-david@redhat.com: device exclusive";
  private static final Origin ROW = new Origin.EntryRow("device exclusive");

  static final Scenario FAULT =
      new Scenario(
              "entry-device-exclusive",
              "a page is made device-exclusive and faulted in again, while GUP-fast pins it",
              """
              A device alone may access the page for a while. Its entry is not present, but the page
              stays exclusive, and GUP-fast may even have pinned it. A fault restores the entry.

                CPU0: GUP-fast, writable                  CPU1: make device-exclusive, then fault
                (G5)  load the PTE: the page
                                                          (DX9)  clear the PTE
                                                          (DX12) store the entry: device-exclusive
                (G14) load the PTE: still the same?
                                                          (DX32) store the PTE: writable
              """,
              SOURCE,
              ImmutableList.of("the fault runs on the CPU that made the page device-exclusive"),
              Patches.withFlag(),
              (kernel, memory) -> build(kernel, memory, false))
          .from(ROW);

  static final Scenario FORK =
      new Scenario(
              "entry-device-exclusive-fork",
              "a page is made device-exclusive and shared by fork, while GUP-fast pins it",
              """
              As entry-device-exclusive, but a fork finds the entry. It restores it and then goes on
              as for any present entry: it looks for pins, and GUP-fast looks at
              write_protect_seq.

                CPU0: GUP-fast, writable                  CPU1: make device-exclusive, then fork
                (G5)  load the PTE: the page
                                                          (DX9)  clear the PTE
                                                          (DX12) store the entry: device-exclusive
                                                          (C2)   write_protect_seq becomes odd
                                                          (DX32) store the PTE: writable
                (G11) pin the page
                (G14) load the PTE: still the same
                                                          (C8)   pinned?
                                                          (C9)   clear PG_anon_exclusive
                (G21) write_protect_seq: changed?
              """,
              SOURCE,
              ImmutableList.of("the fork runs on the CPU that made the page device-exclusive"),
              ImmutableList.<Patch>builder()
                  .addAll(Patches.withFlag())
                  .addAll(
                      Patches.named(
                          "S2-without-write-protect-seq",
                          "S3-without-M1",
                          "S3-without-write-protect-seq"))
                  .add(MigrationPatches.WITHOUT_DEVICE_RESTORE)
                  .build(),
              (kernel, memory) -> build(kernel, memory, true))
          .from(ROW);

  private DeviceExclusiveRow() {}

  private static Setting build(Kernel kernel, Memory memory, boolean forks) {
    Page page = AnonPage.mapped(memory, kernel.state());
    PinRace race = new PinRace(kernel, memory, page, Pte.writable(page), true);
    DeviceExclusive device = new DeviceExclusive(kernel, memory, race.free);
    Fork fork = new Fork(kernel, memory, race.free);
    long exclusive = PageFlag.bit(PageFlag.anonExclusive(kernel.state()));
    Invariant row =
        EntryRule.always(
            "a device-exclusive entry names a page that is not exclusive",
            race.table,
            (instant, entry) ->
                !Pte.isDeviceExclusive(entry) || (instant.value(page.flags()) & exclusive) != 0);
    return race.running(
        ImmutableList.of(row),
        race.gupFast(PinRace.Pin.WRITABLE),
        new Program(
            forks ? "make device-exclusive, then fork" : "make device-exclusive, then fault",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              Page made = device.makeDeviceExclusive(cpu, race.vmas());
              if (made == null) {
                return 0;
              }
              device.done(cpu, made);
              if (forks) {
                fork.dupMmap(cpu, race.mm, race.table, race.slot, race.child());
              } else {
                device.removeEntry(cpu, race.table);
              }
              return 1;
            }));
  }
}
