package org.cowcheck.explore;

import static org.cowcheck.explore.Link.ACQUIRE;
import static org.cowcheck.explore.Link.CONTROL;
import static org.cowcheck.explore.Link.NOTHING;

import com.google.common.collect.ImmutableList;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.memory.Word;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** LB, the shape in which each CPU reads what the other one writes later. */
final class LoadBufferingTest {

  static ImmutableList<MemoryModel> models() {
    return MemoryModels.all();
  }

  /**
   * LKMM allows both reads to see 1 if nothing orders one of the CPUs (herd7: four states); the
   * explorer finds executions in which po | rf is acyclic only.
   */
  @ParameterizedTest
  @MethodSource("models")
  void loadBuffering_isNotExplored_knownGap(MemoryModel model) {
    Shape.ofReads(loadBuffering(NOTHING, NOTHING), 2, "1 1").assertStates(model, false);
    Shape.ofReads(loadBuffering(ACQUIRE, NOTHING), 2, "1 1").assertStates(model, false);
  }

  @ParameterizedTest
  @MethodSource("models")
  void loadBuffering_isForbiddenWithOrderOnBothSides(MemoryModel model) {
    Shape.ofReads(loadBuffering(CONTROL, ACQUIRE), 2, "1 1").assertStates(model, false);
  }

  private static TestProgram loadBuffering(Link first, Link second) {
    TestProgram program = TestProgram.program();
    Word x = program.word("x");
    Word y = program.word("y");
    return program
        .cpu(cpu -> first.readWrite(cpu, x, y, 1))
        .cpu(cpu -> second.readWrite(cpu, y, x, 1));
  }
}
