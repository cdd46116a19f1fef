package org.cowcheck.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Sets;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;

/**
 * A litmus shape: a program, the states that interleaving gives, and the one state that only
 * reordering gives.
 *
 * <p>In every shape the state tells the whole execution, so that there must be as many executions
 * as states.
 *
 * @param program the program
 * @param interleavings the states under sequential consistency
 * @param weak the state that a weaker model may add
 */
record Shape(TestProgram program, ImmutableSet<String> interleavings, String weak) {

  /** A shape with so many reads of 0 or 1, in which interleaving gives every state but one. */
  static Shape ofReads(TestProgram program, int reads, String weak) {
    ImmutableSet<String> interleavings =
        Sets.cartesianProduct(Collections.nCopies(reads, ImmutableSet.of(0, 1))).stream()
            .map(Shape::state)
            .filter(state -> !state.equals(weak))
            .collect(ImmutableSet.toImmutableSet());
    return new Shape(program, interleavings, weak);
  }

  private static String state(List<Integer> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  /** The weak state is never there under SC, and under TSO and LKMM if that is said. */
  void assertWeak(boolean underTso, boolean underLkmm) {
    assertStates(MemoryModels.SC, false);
    assertStates(MemoryModels.TSO, underTso);
    assertStates(MemoryModels.LKMM, underLkmm);
  }

  /** The weak state is there if it is allowed, each other state is there, and nothing else is. */
  void assertStates(MemoryModel model, boolean weakAllowed) {
    ImmutableSortedSet.Builder<String> expected = ImmutableSortedSet.naturalOrder();
    expected.addAll(interleavings);
    if (weakAllowed) {
      expected.add(weak);
    }
    TestProgram.Result result = program.explore(model);
    assertEquals(expected.build(), result.states(), model.name());
    assertEquals(expected.build().size(), result.executions(), model.name());
    assertEquals(0, result.exploration().blocked());
  }
}
