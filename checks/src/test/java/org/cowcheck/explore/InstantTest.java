package org.cowcheck.explore;

import static org.cowcheck.consistency.MemoryModels.LKMM;
import static org.cowcheck.consistency.MemoryModels.SC;
import static org.cowcheck.consistency.MemoryModels.TSO;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import java.util.TreeSet;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;
import org.junit.jupiter.api.Test;

/** What a word may have been at some instant of a call, as far as the model orders anything. */
final class InstantTest {
  private final TestProgram program = TestProgram.program();
  private final Word x = program.word("x");
  private final Word flag = program.word("flag");

  /** For each execution: the flag that CPU1 saw, and whether x may have been so during its call. */
  private Set<String> instants(MemoryModel model, int cpu, long value) {
    Set<String> seen = new TreeSet<>();
    Exploration exploration =
        program
            .explorer(
                model,
                Bounds.NONE,
                execution -> {
                  long flagSeen =
                      execution.notes(1).stream()
                          .filter(note -> note.name().equals("flag"))
                          .findFirst()
                          .orElseThrow()
                          .value();
                  boolean possible = execution.atSomeInstant(cpu, x, v -> v == value);
                  seen.add("flag " + flagSeen + (possible ? ": may be " : ": is never ") + value);
                  return "";
                })
            .explore();
    assertEquals("", exploration.stopped());
    return seen;
  }

  private void writerThenCall(boolean ordered) {
    program
        .cpu(
            cpu -> {
              cpu.WRITE_ONCE(x, 1);
              if (ordered) {
                cpu.smp_store_release(flag, 1);
              } else {
                cpu.WRITE_ONCE(flag, 1);
              }
            })
        .cpu(
            cpu -> {
              cpu.note("flag", ordered ? cpu.smp_load_acquire(flag) : cpu.READ_ONCE(flag));
              cpu.note(Note.CALL, 0);
              cpu.READ_ONCE(x);
              cpu.note(Note.RETURN, 0);
            });
  }

  @Test
  void aValueOverwrittenBeforeTheCall_isNotThereDuringIt() {
    writerThenCall(true);
    for (MemoryModel model : Set.of(SC, TSO, LKMM)) {
      assertEquals(Set.of("flag 0: may be 0", "flag 1: is never 0"), instants(model, 1, 0));
    }
  }

  @Test
  void theValueWrittenBeforeOrDuringTheCall_mayBeThere() {
    writerThenCall(true);
    for (MemoryModel model : Set.of(SC, TSO, LKMM)) {
      assertEquals(Set.of("flag 0: may be 1", "flag 1: may be 1"), instants(model, 1, 1));
    }
  }

  @Test
  void withoutOrder_theOldValueMayStillBeThereUnderLkmm() {
    writerThenCall(false);
    assertEquals(Set.of("flag 0: may be 0", "flag 1: is never 0"), instants(SC, 1, 0));
    assertEquals(Set.of("flag 0: may be 0", "flag 1: may be 0"), instants(LKMM, 1, 0));
  }

  @Test
  void aValueWrittenAfterTheReturn_isNotThereDuringTheCall() {
    program
        .cpu(
            cpu -> {
              cpu.note(Note.CALL, 0);
              cpu.READ_ONCE(x);
              cpu.note(Note.RETURN, 0);
              cpu.smp_store_release(flag, 1);
            })
        .cpu(
            cpu -> {
              cpu.note("flag", cpu.smp_load_acquire(flag));
              cpu.WRITE_ONCE(x, 1);
            });
    for (MemoryModel model : Set.of(SC, TSO, LKMM)) {
      assertEquals(Set.of("flag 0: may be 1", "flag 1: is never 1"), instants(model, 0, 1));
    }
  }
}
