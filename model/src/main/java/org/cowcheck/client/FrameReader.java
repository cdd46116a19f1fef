package org.cowcheck.client;

import java.util.function.LongSupplier;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Note;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.pfn.DumpReader;
import org.cowcheck.mm.pfn.IsolateMovablePage;
import org.cowcheck.mm.pfn.KPageCount;
import org.cowcheck.mm.pfn.KPageFlags;
import org.cowcheck.mm.pfn.MemoryFailure;
import org.cowcheck.patch.Kernel;

/**
 * What a CPU of a client program does that looks at a page frame which others own: it notes what it
 * says, for {@link ReaderInvariants}.
 */
final class FrameReader {
  private final Kernel kernel;
  private final Ground ground;
  private final Cpu cpu;
  private final PageFree free;

  FrameReader(Kernel kernel, Ground ground, Cpu cpu, PageFree free) {
    this.kernel = kernel;
    this.ground = ground;
    this.cpu = cpu;
    this.free = free;
  }

  long memoryFailure() {
    return reader(
        () -> {
          MemoryFailure.Outcome outcome = new MemoryFailure(kernel, free).handle(cpu, ground.page);
          if (outcome == MemoryFailure.Outcome.SLAB) {
            cpu.note(ReaderInvariants.SLAB, ground.page.address());
          }
          return ClientCpu.one(outcome != MemoryFailure.Outcome.IGNORED);
        });
  }

  private long reader(LongSupplier look) {
    cpu.note(Note.CALL, 0);
    long result = look.getAsLong();
    cpu.note(Note.RETURN, 0);
    return result;
  }

  private long says(Page page, boolean slabPage) {
    cpu.note(slabPage ? ReaderInvariants.SLAB : ReaderInvariants.NO_SLAB, page.address());
    return ClientCpu.one(slabPage);
  }

  long pageSlab() {
    return reader(() -> says(ground.page, PageTests.pageSlab(kernel, cpu, ground.page)));
  }

  long pageSlabOfTail() {
    Page tail = ground.page.block().pages().get(1);
    return reader(() -> says(tail, PageTests.pageSlab(kernel, cpu, tail)));
  }

  long folioTestSlab() {
    return reader(() -> says(ground.page, PageTests.folioTestSlab(kernel, cpu, ground.page)));
  }

  long kpageflags() {
    return reader(
        () ->
            says(
                ground.page,
                (new KPageFlags(kernel).stablePageFlags(cpu, ground.page) & KPageFlags.KPF_SLAB)
                    != 0));
  }

  long kpageflagsHeld() {
    return reader(
        () -> {
          long flags = new KPageFlags(kernel).stablePageFlagsOfReferenced(cpu, ground.page, free);
          if ((flags & KPageFlags.KPF_SLAB) != 0) {
            says(ground.page, true);
          }
          return ClientCpu.one((flags & KPageFlags.KPF_SLAB) != 0);
        });
  }

  long kpagecount() {
    return reader(
        () -> {
          long count = KPageCount.pageCount(kernel, cpu, ground.page);
          if (count == 0 && ground.start.kind() == Kind.SMALL) {
            cpu.note(ReaderInvariants.UNMAPPED, ground.page.address());
          }
          return ClientCpu.one(count > 0);
        });
  }

  long isolateMovable() {
    return reader(
        () -> {
          boolean isolated = new IsolateMovablePage(kernel, free).isolate(cpu, ground.page);
          if (isolated) {
            cpu.note(ReaderInvariants.MOVABLE, ground.page.address());
          }
          return ClientCpu.one(isolated);
        });
  }

  long rawSlabBit() {
    return reader(() -> says(ground.page, DumpReader.isSlab(cpu, ground.page)));
  }
}
