package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.PageInvariants;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.PageTests;
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

/** An exclusive page of a device is freed: looked at meanwhile, and handed out again. */
final class DevicePageFreed {
  private static final String SOURCE = "RFC 08/13, 20220224122614.94921-9-david@redhat.com";

  static final Scenario PAGE_SLAB =
      new Scenario(
          "pageslab-at-device-page-free",
          "an exclusive page of a device is freed while PageSlab() looks at it",
          """
          As pageslab-at-free, for a page of a device: the seed clears PG_anon_exclusive, then wmb,
          then mapping becomes NULL, and PageSlab() has no barrier between its loads. Such a page
          is never a slab page, before or after, so "true" is a lie at any time. It harms nobody
          but its reader, and nobody in v5.17 asks PageSlab() of such a page.

            CPU0: zap                                 CPU1: PageSlab
                                                      (T4) load flags: PG_slab set      [early]
            (MV55) clear PG_anon_exclusive (PG_slab)
            (MV56) wmb
            (MV57) mapping becomes NULL
                                                      (T2) load mapping: NULL, not anon
          """,
          SOURCE,
          ImmutableList.of("the driver does not hand the page out again"),
          ImmutableList.<Patch>builder()
              .addAll(Patches.states())
              .addAll(Patches.named("seed-with-reader-rmb"))
              .add(MigrationPatches.SEED_WITHOUT_DEVICE_WMB)
              .add(MigrationPatches.SEED_WITHOUT_DEVICE_CLEAR)
              .add(MigrationPatches.WITHOUT_DEVICE_CLEAR)
              .build(),
          DevicePageFreed::pageSlab);

  static final Scenario REUSE =
      new Scenario(
          "device-page-freed-and-handed-out",
          "an exclusive page of a device is freed and handed out for a page that is shared",
          """
          Nothing but the free of a device page clears its PG_anon_exclusive: there is no
          free_pages_prepare() for it. Left set, the flag makes the next page exclusive that
          migrates to it, although two processes map that one. No concurrency is needed.

            CPU0: zap, then migration to a device
            (MV55) clear PG_anon_exclusive
            (MV57) mapping becomes NULL
            (RG21) _mapcount + 1, twice
            (RG7)  store both entries: device-private
          """,
          SOURCE,
          ImmutableList.of("one CPU only"),
          Patches.statesAnd(
              MigrationPatches.SEED_WITHOUT_DEVICE_CLEAR, MigrationPatches.WITHOUT_DEVICE_CLEAR),
          DevicePageFreed::reuse);

  private DevicePageFreed() {}

  private static Setting pageSlab(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Page page = machine.add(DevicePages.mapped(memory, kernel));
    Mm mm = machine.mm("mm", false);
    PageTable table = machine.map(mm, PageTable.of(memory, "mm", Pte.devicePrivate(page, true)));
    Zap zap = new Zap(kernel, memory, machine.free);
    return machine.running(
        ImmutableList.of(
            PageInvariants.slabWasTrue("PageSlab()", 1, 1, page),
            PageInvariants.freedPageIsClean(kernel, 0, page)),
        new Program("zap", cpu -> zap.zapPteRange(kernel.boot(cpu), mm, table) ? 1 : 0),
        new Program("PageSlab", cpu -> PageTests.pageSlab(kernel, kernel.boot(cpu), page) ? 1 : 0));
  }

  private static Setting reuse(Kernel kernel, Memory memory) {
    Machine machine = new Machine(kernel, memory);
    Page device = machine.add(DevicePages.mapped(memory, kernel));
    Page page = machine.add(AnonPage.shared(memory));
    Mm other = machine.mm("other", false);
    PageTable otherTable =
        machine.map(other, PageTable.of(memory, "other", Pte.devicePrivate(device, true)));
    Mm mm = machine.mm("mm", false);
    PageTable table = machine.map(mm, PageTable.of(memory, "mm", Pte.readOnly(page)));
    Mm child = machine.mm("child", false);
    PageTable childTable = machine.map(child, PageTable.of(memory, "child", Pte.readOnly(page)));
    Zap zap = new Zap(kernel, memory, machine.free);
    MigrateVma migrate = new MigrateVma(kernel, memory, machine.free);
    ImmutableList<RmapVma> vmas =
        ImmutableList.of(new RmapVma(mm, table), new RmapVma(child, childTable));
    return machine.running(
        new Program(
            "zap, then migration to a device",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              return zap.zapPteRange(cpu, other, otherTable) && migrate.toDevice(cpu, vmas, device)
                  ? 1
                  : 0;
            }));
  }
}
