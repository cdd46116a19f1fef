package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.EntryRule;
import org.cowcheck.invariant.Instant;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.migrate.DeviceExclusive;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.MigrationPatches;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

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

  static final Scenario RACE =
      new Scenario(
              "entry-device-exclusive-fork-meanwhile",
              "a page is made device-exclusive and faulted in again, while its mm forks",
              """
              Fork finds the page mapped, or the device-exclusive entry. It restores that only if
              it gets the page lock; if the driver or a fault has it, fork fails with -EBUSY. If it
              comes after the driver has its reference, both entries become device-exclusive, but
              read-only, of a page that is shared: the driver is refused, and faults restore them.

                CPU0: fork                                CPU1: make device-exclusive, then fault
                                                          (DX12) store the entry: device-exclusive
                (C36)  lock the page? no
                                                          (DX16) unlock the page
                (C18)  [nothing: fork fails]
                                                          (DX32) store the PTE: writable
              """,
              SOURCE,
              ImmutableList.of(),
              ImmutableList.<Patch>builder()
                  .addAll(Patches.withFlag())
                  .add(MigrationPatches.WITHOUT_DEVICE_RESTORE)
                  .build(),
              DeviceExclusiveRow::meanwhile)
          .from(ROW);

  private DeviceExclusiveRow() {}

  private static boolean isExclusive(PinRace race, Instant instant) {
    return instant.isSet(race.page, PageFlag.anonExclusive(race.kernel));
  }

  private static Invariant row(PinRace race) {
    return EntryRule.always(
        "a device-exclusive entry names a page that is not exclusive",
        race.table,
        (instant, entry) -> !Pte.isDeviceExclusive(entry) || isExclusive(race, instant));
  }

  private static Setting meanwhile(Kernel kernel, Memory memory) {
    PinRace race = PinRace.writable(kernel, memory);
    DeviceExclusive device = new DeviceExclusive(kernel, memory, race.free);
    return race.running(
        ImmutableList.of(
            EntryRule.always(
                "a device-exclusive entry and PG_anon_exclusive of its page do not agree",
                race.table,
                (instant, entry) ->
                    !Pte.isDeviceExclusive(entry)
                        || Pte.writable(entry) == isExclusive(race, instant))),
        race.fork(),
        new Program(
            "make device-exclusive, then fault",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              Page made = device.makeDeviceExclusive(cpu, race.vmas());
              if (made == null) {
                return 0;
              }
              device.done(cpu, made);
              return device.removeEntry(cpu, race.table) ? 2 : 1;
            }));
  }

  private static Setting build(Kernel kernel, Memory memory, boolean forks) {
    Page page = AnonPage.mapped(memory, kernel);
    PinRace race = new PinRace(kernel, memory, page, Pte.writable(page), true);
    DeviceExclusive device = new DeviceExclusive(kernel, memory, race.free);
    return race.running(
        ImmutableList.of(row(race)),
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
                race.fork(cpu);
              } else {
                device.removeEntry(cpu, race.table);
              }
              return 1;
            }));
  }
}
