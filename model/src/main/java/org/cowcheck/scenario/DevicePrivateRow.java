package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.EntryRule;
import org.cowcheck.invariant.Instant;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.RmapVma;
import org.cowcheck.mm.migrate.MigrateVma;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.MigrationPatches;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.DevicePages;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * The row "device private" of the seed's table: PG_anon_exclusive of the page applies, as if the
 * entry were present.
 */
final class DevicePrivateRow {
  private static final String SOURCE =
      "the table of RFC 08/13, 20220224122614.94921-9-david@redhat.com: device private";
  private static final Origin ROW = new Origin.EntryRow("device private");

  static final Scenario ALONE =
      new Scenario(
              "entry-device-private",
              "an exclusive page is migrated to a device while GUP-fast pins it",
              """
              The entry is cleared and flushed, the page shared unless it is pinned, and a
              migration entry stored, as in any migration. The page in the memory of the device is
              exclusive in its turn, while a device-private entry maps it.

                CPU0: GUP-fast, writable                  CPU1: migration to a device
                (G5)  load the PTE: the page
                                                          (MV7)  clear the PTE
                                                          (MV12) store the migration entry
                (G14) load the PTE: still the same?
                                                          (MG21) _refcount: an extra reference?
                                                          (RG23) set PG_anon_exclusive of the new
                                                                 page
                                                          (RG7)  store the device-private entry
              """,
              SOURCE,
              ImmutableList.of(),
              Patches.withFlag(),
              DevicePrivateRow::toDevice)
          .from(ROW);

  static final Scenario FORK =
      new Scenario(
              "entry-device-private-fork",
              "an exclusive page of a device is shared by fork, while GUP-fast looks for it",
              """
              GUP-fast finds no page at a device-private entry, at no time. So nobody can have
              pinned the page, and sharing it cannot fail: both entries are readable then, and the
              page is not exclusive.

                CPU0: GUP-fast, writable                  CPU1: fork
                                                          (C5)  load the PTE: device-private
                (G5)  load the PTE: not present
                                                          (C33) clear PG_anon_exclusive
                                                          (C35) store the entry: readable
                                                          (C18) store the child's entry
              """,
              SOURCE,
              ImmutableList.of(),
              ImmutableList.<Patch>builder()
                  .addAll(Patches.withFlag())
                  .add(MigrationPatches.WITHOUT_DEVICE_DUP)
                  .build(),
              DevicePrivateRow::fork)
          .from(ROW);

  static final Scenario EVICTION =
      new Scenario(
              "entry-device-private-eviction",
              "a driver takes an exclusive page back from its device, while its mm forks",
              """
              migrate_device_range() knows the page and not who maps it. It takes no mmap_lock, so
              that a fork may come at any time: before it, and then both entries are readable; in
              between, and then it makes a readable migration entry of a writable one; or after it.

                CPU0: fork                                CPU1: migrate_device_range
                                                          (E3)   clear PG_anon_exclusive
                                                          (MG12) store the entry: writable
                (C30) store the migration entry:
                      readable
                (C18) store the child's entry
                                                          (RG7)  store both PTEs: read-only
              """,
              SOURCE,
              ImmutableList.of("v6.1 only: there is no migrate_device_range() before"),
              ImmutableList.<Patch>builder()
                  .addAll(Patches.named("S3"))
                  .add(MigrationPatches.WITHOUT_SHARE)
                  .add(MigrationPatches.WITHOUT_DOWNGRADE)
                  .add(MigrationPatches.WITHOUT_DEVICE_DUP)
                  .build(),
              DevicePrivateRow::eviction)
          .from(ROW);

  static final Scenario FAULT =
      new Scenario(
              "entry-device-private-fault",
              "a child's fault takes a shared page back from a device while its parent unmaps it",
              """
              Parent and child share a page of a device since a fork. The child faults, and the page
              is migrated back, for both. Meanwhile the parent drops its entry, whatever it finds.
              Nothing becomes exclusive that was shared.

                CPU0: zap by the parent                   CPU1: fault of the child
                                                          (MV12) store the child's migration entry
                (Z2)  load the PTE: device-private
                (MV41) drop the reference
                                                          (MG1)  take the parent's PT lock
                                                          (MV23) mapped or referenced? no
                                                          (RG7)  store the child's PTE
              """,
              SOURCE,
              ImmutableList.of(),
              ImmutableList.<Patch>builder()
                  .addAll(Patches.withFlag())
                  .add(MigrationPatches.WITHOUT_READABLE)
                  .build(),
              DevicePrivateRow::fault)
          .from(ROW);

  private DevicePrivateRow() {}

  private static boolean isExclusive(Kernel kernel, Instant instant, Page page) {
    return instant.isSet(page, PageFlag.anonExclusive(kernel));
  }

  private static Invariant row(Kernel kernel, PageTable table, Page device, boolean forks) {
    return EntryRule.always(
        "a device-private entry and PG_anon_exclusive of its page do not agree",
        table,
        (instant, entry) ->
            !Pte.isDevicePrivate(entry)
                || isExclusive(kernel, instant, device) == (!forks || Pte.writable(entry)));
  }

  private static Setting toDevice(Kernel kernel, Memory memory) {
    Page page = AnonPage.mapped(memory, kernel);
    PinRace race = new PinRace(kernel, memory, page, Pte.readOnly(page) | Pte.WRITE, true);
    Page device = race.add(DevicePages.free(memory, kernel));
    MigrateVma migrate = new MigrateVma(kernel, memory, race.free);
    return race.running(
        ImmutableList.of(row(kernel, race.table, device, false)),
        race.gupFast(PinRace.Pin.WRITABLE),
        new Program(
            "migration to a device",
            cpu -> migrate.toDevice(kernel.boot(cpu), race.vmas(), device) ? 1 : 0));
  }

  /** The parent's entry is the device-private one of an exclusive page. */
  private static PinRace onDevice(Kernel kernel, Memory memory) {
    Page device = DevicePages.mapped(memory, kernel);
    return new PinRace(kernel, memory, device, Pte.devicePrivate(device, true), true);
  }

  private static ImmutableList<Invariant> rows(PinRace race) {
    return ImmutableList.of(
        row(race.kernel, race.table, race.page, true),
        row(race.kernel, race.childTable, race.page, true));
  }

  private static Setting fork(Kernel kernel, Memory memory) {
    PinRace race = onDevice(kernel, memory);
    return race.running(rows(race), race.gupFast(PinRace.Pin.WRITABLE), race.fork());
  }

  private static Setting eviction(Kernel kernel, Memory memory) {
    PinRace race = onDevice(kernel, memory);
    MigrateVma migrate = new MigrateVma(kernel, memory, race.free);
    return race.running(
        rows(race),
        race.fork(),
        new Program(
            "migrate_device_range",
            cpu ->
                migrate.deviceRange(kernel.boot(cpu), race.page, race.vmas(), race.pages())
                    ? 1
                    : 0));
  }

  private static Setting fault(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Page device = machine.add(DevicePages.shared(memory, kernel));
    Page spare = machine.free("spare");
    Mm parent = machine.mm("mm", true);
    PageTable table =
        machine.map(parent, PageTable.of(memory, "mm", Pte.devicePrivate(device, false)));
    Mm child = machine.mm("child", false);
    PageTable childTable =
        machine.map(child, PageTable.of(memory, "child", Pte.devicePrivate(device, false)));
    Zap zap = new Zap(kernel, memory, machine.free);
    MigrateVma migrate = new MigrateVma(kernel, memory, machine.free);
    ImmutableList<RmapVma> vmas =
        ImmutableList.of(new RmapVma(child, childTable), new RmapVma(parent, table));
    return machine.running(
        ImmutableList.of(row(kernel, table, device, true), row(kernel, childTable, device, true)),
        new Program(
            "zap by the parent", cpu -> zap.zapPteRange(kernel.boot(cpu), parent, table) ? 1 : 0),
        new Program(
            "fault of the child",
            cpu -> migrate.toRam(kernel.boot(cpu), vmas, FreeList.of(spare)) ? 1 : 0));
  }
}
