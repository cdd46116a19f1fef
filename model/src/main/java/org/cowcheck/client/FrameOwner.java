package org.cowcheck.client;

import org.cowcheck.memory.Cpu;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.alloc.Slab;
import org.cowcheck.mm.fault.Fault;
import org.cowcheck.mm.fault.HugeFault;
import org.cowcheck.patch.Kernel;

/** What a CPU of a client program allocates and frees: whose the page frame of the start is. */
final class FrameOwner {
  private final Kernel kernel;
  private final Ground ground;
  private final Cpu cpu;
  private final int number;
  private final FreeList pages;
  private final PageFree free;
  private Page slab;

  FrameOwner(Kernel kernel, Ground ground, Cpu cpu, int number, FreeList pages, PageFree free) {
    this.kernel = kernel;
    this.ground = ground;
    this.cpu = cpu;
    this.number = number;
    this.pages = pages;
    this.free = free;
    this.slab = ground.start == Start.SLAB ? ground.page : null;
  }

  long put() {
    return ClientCpu.one(free.putPage(cpu.at(ClientCpu.PUT), ground.page));
  }

  long allocAnon() {
    return ClientCpu.one(
        new Fault(kernel).doAnonymousPage(cpu, ground.fresh.get(number), pages, free));
  }

  long allocSlab() {
    slab = new Slab(kernel).allocSlabPage(cpu, pages);
    return 1;
  }

  long freeSlab() {
    boolean freed = new Slab(kernel).freeSlab(cpu, slab, free);
    slab = null;
    return ClientCpu.one(freed);
  }

  long allocHuge() {
    return ClientCpu.one(
        new HugeFault(kernel).doHugePmdAnonymousPage(cpu, ground.fresh.get(number), pages, free));
  }
}
