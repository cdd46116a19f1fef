package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.alloc.HeldPage;
import org.cowcheck.mm.migrate.DeviceExclusive;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** A device has a page for itself, and a CPU wants it back. */
final class DeviceAtomicVersusFault {
  private static final long BY_DEVICE = 7;
  private static final long BY_CPU = 8;

  static final Scenario SCENARIO =
      new Scenario(
          "device-exclusive-access-vs-fault",
          "a CPU faults on a device-exclusive entry while the device writes to the page",
          """
          make_device_exclusive_range() returns the page locked, so that the entry stays while the
          driver lets the device at it. A fault has to lock the page before it restores the entry:
          what the CPU writes then comes after what the device wrote.

            CPU0: driver and device                   CPU1: fault, write
            (DX5)  lock the page
            (DX12) store the entry: device-exclusive
                                                      (DX22) lock the page? no, try again
            (FG66) the device stores to the page
            (DX16) unlock the page
                                                      (DX32) store the PTE: writable
                                                      (H3)   store to the page
          """,
          "make_device_exclusive_range() and remove_device_exclusive_entry()",
          ImmutableList.of(
              "the device is done before the driver unlocks the page; it has no notifier",
              "a fault that finds the page locked is not tried again"),
          Patches.statesAnd(),
          DeviceAtomicVersusFault::build);

  private DeviceAtomicVersusFault() {}

  private static Setting build(Kernel kernel, Memory memory) {
    PinRace race = PinRace.writable(kernel, memory);
    DeviceExclusive device = new DeviceExclusive(kernel, memory, race.free);
    UserAccess user = new UserAccess(kernel, memory, race.free);
    return race.running(
        ImmutableList.of(
            new Invariant(
                "a CPU got the page back while the device wrote to it",
                end -> end.returned(1) == 0 || end.value(race.page.contents()) == BY_CPU)),
        new Program(
            "driver and device",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              Page made = device.makeDeviceExclusive(cpu, race.vmas());
              if (made == null) {
                return 0;
              }
              HeldPage.write(cpu, made, BY_DEVICE);
              device.done(cpu, made);
              return 1;
            }),
        new Program(
            "fault, write",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              return device.removeEntry(cpu, race.table)
                      && user.writeIfMapped(cpu, race.table, BY_CPU)
                  ? 1
                  : 0;
            }));
  }
}
