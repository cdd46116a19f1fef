package org.cowcheck.linear;

import java.lang.ref.Reference;
import java.lang.ref.SoftReference;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;

/** What threads, page reclaim and KSM do to a page of one process and its child. */
public final class SmallPageOperations {
  private final Reference<AddressSpace> space = new SoftReference<>(MadeUpScenarios.next());

  @SuppressWarnings("UnusedVariable") // Lincheck instruments what it can reach from here
  private final Bus bus = space.get().bus();

  @Operation
  public long write(@Param(gen = ThreadIdGen.class) int thread) {
    return space.get().write(MadeUpScenarios.cpu(thread), 0);
  }

  @Operation
  public long read(@Param(gen = ThreadIdGen.class) int thread) {
    return space.get().read(MadeUpScenarios.cpu(thread), 0);
  }

  @Operation
  public long fork(@Param(gen = ThreadIdGen.class) int thread) {
    return space.get().fork(MadeUpScenarios.cpu(thread));
  }

  @Operation
  public long writeInChild(@Param(gen = ThreadIdGen.class) int thread) {
    return space.get().writeInChild(MadeUpScenarios.cpu(thread), 0);
  }

  @Operation
  public long readInChild(@Param(gen = ThreadIdGen.class) int thread) {
    return space.get().readInChild(MadeUpScenarios.cpu(thread), 0);
  }

  @Operation
  public long pinForReading(@Param(gen = ThreadIdGen.class) int thread) {
    return space.get().pin(MadeUpScenarios.cpu(thread), 0, false);
  }

  @Operation
  public long pinForWriting(@Param(gen = ThreadIdGen.class) int thread) {
    return space.get().pin(MadeUpScenarios.cpu(thread), 0, true);
  }

  @Operation
  public long unpin(@Param(gen = ThreadIdGen.class) int thread) {
    return space.get().unpin(MadeUpScenarios.cpu(thread), 0);
  }

  @Operation
  public long readThroughPin(@Param(gen = ThreadIdGen.class) int thread) {
    return space.get().readThroughPin(MadeUpScenarios.cpu(thread), 0);
  }

  @Operation
  public long writeThroughPin(@Param(gen = ThreadIdGen.class) int thread) {
    return space.get().writeThroughPin(MadeUpScenarios.cpu(thread), 0);
  }

  @Operation
  public long zap(@Param(gen = ThreadIdGen.class) int thread) {
    return space.get().zap(MadeUpScenarios.cpu(thread));
  }

  @Operation
  public long swapOut(@Param(gen = ThreadIdGen.class) int thread) {
    return space.get().swapOut(MadeUpScenarios.cpu(thread));
  }

  @Operation
  public long merge(@Param(gen = ThreadIdGen.class) int thread) {
    return space.get().merge(MadeUpScenarios.cpu(thread));
  }

  /** Lincheck calls it after all operations. */
  @Validate
  public void invariantsHold() {
    String broken = space.get().broken();
    if (!broken.isEmpty()) {
      throw new AssertionError(broken);
    }
  }
}
