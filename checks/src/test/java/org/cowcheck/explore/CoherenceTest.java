package org.cowcheck.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.TreeSet;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.memory.Word;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Sequential consistency per word: the five coherence shapes of Alglave, Maranget, Tautschnig,
 * Herding Cats (TOPLAS 2014), figure 6. No model relaxes any of them.
 */
final class CoherenceTest {

  static ImmutableList<MemoryModel> models() {
    return MemoryModels.all();
  }

  @ParameterizedTest
  @MethodSource("models")
  void coWW_writesOfOneCpuStayInOrder(MemoryModel model) {
    TestProgram program = TestProgram.program();
    Word x = program.word("x");
    program
        .cpu(
            cpu -> {
              cpu.WRITE_ONCE(x, 1);
              cpu.WRITE_ONCE(x, 2);
            })
        .cpu(cpu -> cpu.WRITE_ONCE(x, 3))
        .observe(x);
    TestProgram.Result result = program.explore(model);
    assertEquals(ImmutableSet.of("2", "3"), result.states());
    assertEquals(3, result.executions()); // 3 is first, in the middle or last
  }

  @ParameterizedTest
  @MethodSource("models")
  void coRW1_aReadDoesNotSeeALaterWriteOfItsCpu(MemoryModel model) {
    TestProgram program = TestProgram.program();
    Word x = program.word("x");
    program.cpu(
        cpu -> {
          cpu.note("r", cpu.READ_ONCE(x));
          cpu.WRITE_ONCE(x, 1);
        });
    TestProgram.Result result = program.explore(model);
    assertEquals(ImmutableSet.of("0"), result.states());
    assertEquals(1, result.executions());
  }

  @ParameterizedTest
  @MethodSource("models")
  void coRW2_aWriteIsAfterTheWriteThatItsCpuHasRead(MemoryModel model) {
    TestProgram program = TestProgram.program();
    Word x = program.word("x");
    program
        .cpu(
            cpu -> {
              cpu.note("r", cpu.READ_ONCE(x));
              cpu.WRITE_ONCE(x, 1);
            })
        .cpu(cpu -> cpu.WRITE_ONCE(x, 2))
        .observe(x);
    new Shape(program, ImmutableSet.of("0 1", "0 2", "2 1"), "2 2").assertStates(model, false);
  }

  @ParameterizedTest
  @MethodSource("models")
  void coWR_aReadDoesNotSeeWhatItsCpuHasOverwritten(MemoryModel model) {
    TestProgram program = TestProgram.program();
    Word x = program.word("x");
    program
        .cpu(
            cpu -> {
              cpu.WRITE_ONCE(x, 1);
              cpu.note("r", cpu.READ_ONCE(x));
            })
        .cpu(cpu -> cpu.WRITE_ONCE(x, 2))
        .observe(x);
    new Shape(program, ImmutableSet.of("1 1", "1 2", "2 2"), "2 1").assertStates(model, false);
  }

  @ParameterizedTest
  @MethodSource("models")
  void coRR_readsOfOneCpuDoNotGoBack(MemoryModel model) {
    TestProgram program = TestProgram.program();
    Word x = program.word("x");
    program.cpu(cpu -> cpu.WRITE_ONCE(x, 1)).cpu(cpu -> Link.NOTHING.readRead(cpu, x, x));
    Shape.ofReads(program, 2, "1 0").assertStates(model, false);
  }

  /** Each reader may see any pair that does not go back; both must agree on the order. */
  @ParameterizedTest
  @MethodSource("models")
  void coRR2_twoReadersAgreeOnTheOrderOfTwoWrites(MemoryModel model) {
    TestProgram program = TestProgram.program();
    Word x = program.word("x");
    program
        .cpu(cpu -> cpu.WRITE_ONCE(x, 1))
        .cpu(cpu -> cpu.WRITE_ONCE(x, 2))
        .cpu(cpu -> Link.NOTHING.readRead(cpu, x, x))
        .cpu(cpu -> Link.NOTHING.readRead(cpu, x, x));
    TreeSet<String> expected = new TreeSet<>();
    for (List<String> seen :
        List.of(
            List.of("0 0", "0 1", "0 2", "1 1", "1 2", "2 2"),
            List.of("0 0", "0 2", "0 1", "2 2", "2 1", "1 1"))) {
      for (String first : seen) {
        for (String second : seen) {
          expected.add(first + " " + second);
        }
      }
    }
    TestProgram.Result result = program.explore(model);
    assertEquals(expected, result.states());
    assertEquals(47, result.states().size());
    assertEquals(2 * 6 * 6, result.executions());
  }
}
