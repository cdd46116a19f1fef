package org.cowcheck.linear;

import java.lang.ref.Reference;
import java.lang.ref.SoftReference;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;

/** What threads do to the pages of a huge page of one process and its child, while it is split. */
public final class HugePageOperations {
  private final Reference<AddressSpace> space = new SoftReference<>(MadeUpScenarios.next());

  @SuppressWarnings("UnusedVariable") // Lincheck instruments what it can reach from here
  private final Bus bus = space.get().bus();

  @Operation
  public long write(
      @Param(gen = ThreadIdGen.class) int thread,
      @Param(gen = IntGen.class, conf = "0:1") int page) {
    return space.get().write(MadeUpScenarios.cpu(thread), page);
  }

  @Operation
  public long read(
      @Param(gen = ThreadIdGen.class) int thread,
      @Param(gen = IntGen.class, conf = "0:1") int page) {
    return space.get().read(MadeUpScenarios.cpu(thread), page);
  }

  @Operation
  public long fork(@Param(gen = ThreadIdGen.class) int thread) {
    return space.get().fork(MadeUpScenarios.cpu(thread));
  }

  @Operation
  public long writeInChild(
      @Param(gen = ThreadIdGen.class) int thread,
      @Param(gen = IntGen.class, conf = "0:1") int page) {
    return space.get().writeInChild(MadeUpScenarios.cpu(thread), page);
  }

  @Operation
  public long readInChild(
      @Param(gen = ThreadIdGen.class) int thread,
      @Param(gen = IntGen.class, conf = "0:1") int page) {
    return space.get().readInChild(MadeUpScenarios.cpu(thread), page);
  }

  @Operation
  public long pinForReading(
      @Param(gen = ThreadIdGen.class) int thread,
      @Param(gen = IntGen.class, conf = "0:1") int page) {
    return space.get().pin(MadeUpScenarios.cpu(thread), page, false);
  }

  @Operation
  public long pinForWriting(
      @Param(gen = ThreadIdGen.class) int thread,
      @Param(gen = IntGen.class, conf = "0:1") int page) {
    return space.get().pin(MadeUpScenarios.cpu(thread), page, true);
  }

  @Operation
  public long unpin(
      @Param(gen = ThreadIdGen.class) int thread,
      @Param(gen = IntGen.class, conf = "0:1") int page) {
    return space.get().unpin(MadeUpScenarios.cpu(thread), page);
  }

  @Operation
  public long readThroughPin(
      @Param(gen = ThreadIdGen.class) int thread,
      @Param(gen = IntGen.class, conf = "0:1") int page) {
    return space.get().readThroughPin(MadeUpScenarios.cpu(thread), page);
  }

  @Operation
  public long writeThroughPin(
      @Param(gen = ThreadIdGen.class) int thread,
      @Param(gen = IntGen.class, conf = "0:1") int page) {
    return space.get().writeThroughPin(MadeUpScenarios.cpu(thread), page);
  }

  @Operation
  public long zap(@Param(gen = ThreadIdGen.class) int thread) {
    return space.get().zap(MadeUpScenarios.cpu(thread));
  }

  @Operation
  public long split(@Param(gen = ThreadIdGen.class) int thread) {
    return space.get().split(MadeUpScenarios.cpu(thread));
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
