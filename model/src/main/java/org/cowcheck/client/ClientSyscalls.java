package org.cowcheck.client;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.mm.DirectIo;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageFree;
import org.cowcheck.mm.UserAccess;
import org.cowcheck.patch.Kernel;
import org.cowcheck.user.Task;

/** System calls of the parent that access its memory otherwise than user code does. */
final class ClientSyscalls {
  private static final Step DIRTY =
      ClientCpu.STEPS.step(
          "CP11",
          "bio_release_pages",
          "after the device's interrupt: set_page_dirty_lock, test PG_dirty, and set it");

  private final Cpu cpu;
  private final Mm mm;
  private final Ground ground;
  private final DirectIo directIo;
  private Page target;

  ClientSyscalls(
      Kernel kernel, Memory memory, Ground ground, Cpu cpu, Mm mm, PageFree free, FreeList pages) {
    this.cpu = cpu;
    this.mm = mm;
    this.ground = ground;
    this.directIo = new DirectIo(kernel, memory, free, pages);
  }

  /** A read with O_DIRECT into the page begins. */
  long directIoStart() {
    target = directIo.submit(cpu, mm, ground.table);
    return target == null ? 0 : 1;
  }

  /** The device stores a value, and the read ends. The page lock is left out. */
  long directIoEnd(long value) {
    if (target == null) {
      return 0;
    }
    directIo.store(cpu, target, value);
    cpu.note(UserAccess.AT, ground.table.location());
    cpu.note(Task.WRITTEN_THROUGH, value);
    cpu.at(DIRTY).smp_mb();
    if (!cpu.test_bit(PageFlag.PG_DIRTY, target.flags())) {
      cpu.test_and_set_bit(PageFlag.PG_DIRTY, target.flags());
    }
    directIo.release(cpu, target);
    target = null;
    return 1;
  }
}
