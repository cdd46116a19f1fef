package org.cowcheck.explore;

import static org.cowcheck.consistency.MemoryModels.LKMM;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Word;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SRCU: a grace period waits for the sections of its own srcu_struct, and for no others. */
final class SrcuTest {
  private final TestProgram program = TestProgram.program();
  private final Word x = program.word("x");
  private final Word y = program.word("y");
  private final Word s = program.word("s");
  private final Word t = program.word("t");

  @ParameterizedTest
  @CsvSource({"true, false", "false, true"})
  void messagePassing_intoASection(boolean sameStruct, boolean weak) {
    program
        .cpu(
            cpu -> {
              cpu.WRITE_ONCE(x, 1);
              cpu.synchronize_srcu(s);
              cpu.WRITE_ONCE(y, 1);
            })
        .cpu(cpu -> readIn(cpu, sameStruct ? s : t));
    Set<String> states = weak ? Set.of("0 0", "0 1", "1 0", "1 1") : Set.of("0 0", "0 1", "1 1");
    assertEquals(states, program.explore(LKMM).states());
  }

  @Test
  void synchronizeRcu_doesNotWaitForSrcu() {
    program.cpu(cpu -> Link.SYNCHRONIZE_RCU.writeWrite(cpu, x, 1, y, 1)).cpu(cpu -> readIn(cpu, s));
    assertEquals(Set.of("0 0", "0 1", "1 0", "1 1"), program.explore(LKMM).states());
  }

  /** Reads y and x in a section. */
  private void readIn(Cpu cpu, Word struct) {
    long index = cpu.srcu_read_lock(struct);
    Link.NOTHING.readRead(cpu, y, x);
    cpu.srcu_read_unlock(struct, index);
  }

  /** As herd7 has it: no execution, for nobody waits for oneself and goes on. */
  @ParameterizedTest
  @CsvSource({"true, 0", "false, 1"})
  void waitingInOnesOwnSection_neverEnds(boolean sameStruct, long executions) {
    program.cpu(
        cpu -> {
          long index = cpu.srcu_read_lock(s);
          cpu.WRITE_ONCE(x, 1);
          cpu.synchronize_srcu(sameStruct ? s : t);
          cpu.WRITE_ONCE(y, 1);
          cpu.srcu_read_unlock(s, index);
        });
    assertEquals(executions, program.explore(LKMM).executions());
  }
}
