package org.cowcheck.client;

import com.google.common.collect.ImmutableList;
import java.util.HashSet;
import java.util.Set;
import org.cowcheck.invariant.End;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Note;

/** What must hold of the contents of a page that parent and child share from the beginning. */
final class SharedContents {
  /** The name of the note of a load through a reference of the child. */
  static final String SEEN_BY_CHILD = "seen through the reference of the child";

  /** The name of the note of a store by user code of the parent. */
  static final String WRITTEN_BY_PARENT = "written by the parent";

  private SharedContents() {}

  /** A reference of the child never shows what the parent writes to its own memory. */
  static ImmutableList<Invariant> all(ClientProgram program) {
    return program.start().hasChild() && program.operations().contains(Operation.CHILD_READ_THROUGH)
        ? ImmutableList.of(
            new Invariant(
                "a page reference shows what another process wrote to its own memory",
                SharedContents::hidesParentsWrites))
        : ImmutableList.of();
  }

  private static boolean hidesParentsWrites(End end) {
    Set<Long> written = values(end, WRITTEN_BY_PARENT);
    return values(end, SEEN_BY_CHILD).stream().noneMatch(written::contains);
  }

  private static Set<Long> values(End end, String name) {
    Set<Long> values = new HashSet<>();
    for (int cpu = 0; cpu < end.cpus(); cpu++) {
      for (Note note : end.notes(cpu)) {
        if (note.name().equals(name)) {
          values.add(note.value());
        }
      }
    }
    return values;
  }
}
