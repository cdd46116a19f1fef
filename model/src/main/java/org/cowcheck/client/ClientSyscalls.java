package org.cowcheck.client;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Vma;
import org.cowcheck.mm.access.DirectIo;
import org.cowcheck.mm.access.ThreadWrite;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.alloc.HeldPage;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.gup.GupFlags;
import org.cowcheck.mm.gup.SlowGup;
import org.cowcheck.mm.userfaultfd.UffdContinue;
import org.cowcheck.mm.userfaultfd.UffdMove;
import org.cowcheck.patch.Kernel;
import org.cowcheck.user.Task;

/**
 * What a CPU of a client program does to the parent's memory by system calls that access it
 * otherwise than user code does, or move it; and two stores of user code in a row.
 *
 * <p>Left out: that /proc/self/mem holds mmap_lock while it stores, which no operation on files
 * takes for writing.
 */
final class ClientSyscalls {
  private static final Step DIRTY =
      ClientCpu.STEPS.step(
          "CP11",
          "bio_release_pages",
          "after the device's interrupt: set_page_dirty_lock, test PG_dirty, and set it");

  private final ClientCpu owner;
  private final Cpu cpu;
  private final Mm mm;
  private final Ground ground;
  private final Vma vma;
  private final FreeList pages;
  private final PageFree free;
  private final DirectIo directIo;
  private final SlowGup gup;
  private final UserAccess user;
  private final ThreadWrite thread;
  private final UffdContinue uffdContinue;
  private final UffdMove uffdMove;
  private Page target;

  ClientSyscalls(
      ClientCpu owner,
      Kernel kernel,
      Memory memory,
      Ground ground,
      Cpu cpu,
      Mm mm,
      PageFree free,
      FreeList pages) {
    this.owner = owner;
    this.cpu = cpu;
    this.mm = mm;
    this.ground = ground;
    this.vma = ground.start == Start.FILE ? Vma.readOnlyFile(ground.page) : Vma.ANON;
    this.pages = pages;
    this.free = free;
    this.gup = new SlowGup(kernel, memory, free, pages);
    this.user = new UserAccess(kernel, memory, free, vma);
    this.thread = new ThreadWrite(kernel, memory, free, pages);
    this.uffdContinue = new UffdContinue(free);
    this.uffdMove = new UffdMove(kernel, memory, free);
    this.directIo = new DirectIo(kernel, memory, free, pages);
  }

  /** A read with O_DIRECT into the page begins. */
  long directIoStart() {
    target = directIo.submit(cpu, mm, ground.table);
    return target == null ? 0 : 1;
  }

  /** The device stores a value, and the read ends. The page lock is left out. */
  long directIoEnd() {
    if (target == null) {
      return 0;
    }
    long value = owner.value();
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

  /** User code stores two words. */
  long writeTwice() {
    long first = owner.value();
    return thread.setBoth(cpu, mm, ground.table, first, owner.value()) ? 1 : 0;
  }

  /** User code loads from the mapping of the file. */
  long readFile() {
    return user.read(cpu, mm, ground.table, pages);
  }

  /** A store by /proc/self/mem or ptrace(). */
  long forceWrite() {
    long value = owner.value();
    Page page = gup.getUserPages(cpu, mm, vma, ground.table, GupFlags.FORCED_WRITE);
    if (page == null) {
      return 0;
    }
    HeldPage.write(cpu, page, value);
    HeldPage.put(cpu, free, page);
    return 1;
  }

  /** Maps the page of the file where nothing is mapped. */
  long uffdContinue() {
    return uffdContinue.mapPage(cpu, mm, ground.table, ground.page) ? 1 : 0;
  }

  /** Moves what is mapped to another VMA. */
  long uffdMove() {
    return owner.reading(
        mm, () -> uffdMove.movePagesPte(cpu, mm, ground.target, ground.table) ? 1 : 0);
  }
}
