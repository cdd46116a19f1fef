package org.cowcheck.client;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import org.cowcheck.invariant.Contents;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.invariant.LastWritten;
import org.cowcheck.invariant.VmaOfPage;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.PageTable;

/**
 * What must hold of the contents of memory in the end: nothing that was stored to it is lost, a
 * child has its parent's memory as it was at some time, and a file has nothing of either. And whose
 * memory it is.
 *
 * <p>Of what is lost programs are left out that give contents up or take them elsewhere, or whose
 * devices store through pins, which {@link org.cowcheck.invariant.Exclusivity} looks after.
 */
final class LastingContents {
  private static final String LOST = "memory does not hold what was stored to it last";

  private static final ImmutableSet<Operation> OTHERWISE =
      Sets.immutableEnumSet(
          Operation.MADV_FREE, Operation.MREMAP, Operation.UFFD_MOVE, Operation.WRITE_THROUGH);

  private LastingContents() {}

  /** Small pages, of parent and child; and the page of a file. */
  static ImmutableList<Invariant> all(ClientProgram program, Ground ground, Memory memory) {
    return switch (program.start().kind()) {
      case SMALL ->
          ImmutableList.<Invariant>builder()
              .addAll(kept(program, ground, memory))
              .addAll(snapshot(program, ground, memory))
              .addAll(moved(ground, memory))
              .build();
      case FILE -> ImmutableList.of(Contents.isUnchanged(ground.page));
      default -> ImmutableList.of();
    };
  }

  private static ImmutableList<Invariant> kept(
      ClientProgram program, Ground ground, Memory memory) {
    ImmutableSet<Operation> operations = program.operations();
    if (!Sets.intersection(operations, OTHERWISE).isEmpty()) {
      return ImmutableList.of();
    }
    ImmutableList.Builder<Invariant> invariants = ImmutableList.builder();
    if (!operations.contains(Operation.ZAP)) {
      invariants.add(kept(memory, ground.table, Ground.BEFORE));
    }
    if (ground.childTable != null && !operations.contains(Operation.CHILD_ZAP)) {
      invariants.add(
          kept(
              memory,
              ground.childTable,
              program.start().hasChild() ? Ground.BEFORE : LastWritten.ANYTHING));
    }
    return invariants.build();
  }

  private static Invariant kept(Memory memory, PageTable table, long initial) {
    return new LastWritten(memory, table, initial).isKept(LOST);
  }

  private static ImmutableList<Invariant> snapshot(
      ClientProgram program, Ground ground, Memory memory) {
    return ground.childTable != null && program.operations().contains(Operation.WRITE_TWICE)
        ? ImmutableList.of(Contents.isSnapshot(memory, ground.childTable, Ground.BEFORE))
        : ImmutableList.of();
  }

  private static ImmutableList<Invariant> moved(Ground ground, Memory memory) {
    return ground.target == null
        ? ImmutableList.of()
        : ImmutableList.of(
            new VmaOfPage(memory, ImmutableList.of(ground.table), ImmutableList.of(ground.target))
                .invariant());
  }
}
