package org.cowcheck.client;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import org.cowcheck.invariant.Contents;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.invariant.LastWritten;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.PageTable;

/**
 * What must hold of the contents of memory in the end: nothing that was stored to it is lost.
 *
 * <p>Programs are left out that give contents up or take them elsewhere, or whose devices store
 * through pins, which {@link org.cowcheck.invariant.Exclusivity} looks after.
 */
final class LastingContents {
  private static final String LOST = "memory does not hold what was stored to it last";

  private static final ImmutableSet<Operation> OTHERWISE =
      Sets.immutableEnumSet(Operation.MADV_FREE, Operation.MREMAP, Operation.WRITE_THROUGH);

  private LastingContents() {}

  /** Small pages, of parent and child. */
  static ImmutableList<Invariant> all(ClientProgram program, Ground ground, Memory memory) {
    ImmutableSet<Operation> operations = program.operations();
    if (program.start().kind() != Kind.SMALL
        || !Sets.intersection(operations, OTHERWISE).isEmpty()) {
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
    if (ground.childTable != null && operations.contains(Operation.WRITE_TWICE)) {
      invariants.add(Contents.isSnapshot(memory, ground.childTable, Ground.BEFORE));
    }
    return invariants.build();
  }

  private static Invariant kept(Memory memory, PageTable table, long initial) {
    return new LastWritten(memory, table, initial).isKept(LOST);
  }
}
