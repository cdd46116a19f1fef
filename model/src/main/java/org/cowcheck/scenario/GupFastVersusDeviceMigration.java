package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.migrate.MigrateVma;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.MigrationPatches;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.AnonPage;
import org.cowcheck.setting.DevicePages;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** GUP-fast pins a page while it is migrated to a device, in v5.17. */
final class GupFastVersusDeviceMigration {
  static final Scenario SCENARIO =
      new Scenario(
          "gup-fast-vs-device-migration",
          "GUP-fast pins a page while it is migrated to a device, in v5.17",
          """
          v5.17 does not ask whether a page is pinned before it stores the migration entry. What
          keeps a pinned page where it is are two looks at the exact count: migrate_vma_check_page()
          (MV23), by which the driver need not copy a page that will stay, and that of any migration
          (MG21). Either is enough for a pin that comes before it: the first step of the pin is
          fully ordered, and a pin that comes later finds its entry changed. Later kernels also look
          for pins when the entry is cleared (entry-device-private).

            CPU0: GUP-fast, writable                  CPU1: migration to a device
            (G5)  load the PTE: the page
            (G11) pin the page
            (G14) load the PTE: still the same
                                                      (MV7)  clear the PTE
                                                      (MV12) store the migration entry
                                                      (MV23) any other reference?
                                                      (MG21) any other reference?
          """,
          "8763cb45ab96 (mm/migrate: new memory migration helper for use with device memory)",
          ImmutableList.of(),
          ImmutableList.<Patch>builder()
              .addAll(Patches.named("S0"))
              .add(MigrationPatches.S0_WITHOUT_COUNT)
              .build(),
          GupFastVersusDeviceMigration::build);

  private GupFastVersusDeviceMigration() {}

  private static Setting build(Kernel kernel, Memory memory) {
    Page page = AnonPage.mapped(memory, kernel);
    PinRace race = new PinRace(kernel, memory, page, Pte.writable(page), true);
    Page device = race.add(DevicePages.free(memory, kernel));
    MigrateVma migrate = new MigrateVma(kernel, memory, race.free);
    return race.running(
        race.gupFast(PinRace.Pin.WRITABLE),
        new Program(
            "migration to a device",
            cpu -> migrate.toDevice(kernel.boot(cpu), race.vmas(), device) ? 1 : 0));
  }
}
