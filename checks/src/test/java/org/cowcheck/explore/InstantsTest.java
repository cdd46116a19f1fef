package org.cowcheck.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.invariant.Instant;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;
import org.junit.jupiter.api.Test;

/** What memory looks like when a lock is released, and when a program notes something. */
final class InstantsTest {
  private final TestProgram program = TestProgram.program();
  private final Word x = program.word("x");
  private final Word y = program.word("y");
  private final Spinlock lock = new Spinlock(program.word("lock"));
  private final Spinlock other = new Spinlock(program.word("other"));

  private Set<String> instants(Function<Instant, Object> shown) {
    Set<String> seen = new TreeSet<>();
    program
        .explorer(
            MemoryModels.LKMM,
            Bounds.NONE,
            execution -> {
              for (Instant instant : execution.instants(ImmutableSet.of(lock.word()))) {
                seen.add(instant.when().substring(0, 10) + ": " + shown.apply(instant));
              }
              return "";
            })
        .explore();
    return seen;
  }

  @Test
  void aReleaseShowsItsSectionAndThoseBefore_andTheLockFree() {
    program
        .cpu(
            cpu -> {
              cpu.spin_lock(lock);
              cpu.WRITE_ONCE(x, 1);
              cpu.spin_unlock(lock);
            })
        .cpu(
            cpu -> {
              cpu.spin_lock(lock);
              cpu.WRITE_ONCE(y, 1);
              cpu.spin_unlock(lock);
            });
    assertEquals(
        Set.of(
            "after CPU0: x=1 y=0 lock=0",
            "after CPU0: x=1 y=1 lock=0",
            "after CPU1: x=0 y=1 lock=0",
            "after CPU1: x=1 y=1 lock=0"),
        instants(
            instant ->
                String.format(
                    "x=%d y=%d lock=%d",
                    instant.value(x), instant.value(y), instant.value(lock.word()))));
  }

  @Test
  void whatIsNotSeenIsNotThere_andALockThatAnotherHoldsIsHeld() {
    program
        .cpu(
            cpu -> {
              cpu.spin_lock(other);
              cpu.WRITE_ONCE(x, 1);
              cpu.WRITE_ONCE(x, 2);
              cpu.spin_unlock(other);
            })
        .cpu(
            cpu -> {
              cpu.spin_lock(lock);
              cpu.READ_ONCE(x);
              cpu.spin_unlock(lock);
            });
    assertEquals(
        Set.of("after CPU1: x=0 other=0", "after CPU1: x=1 other=1", "after CPU1: x=2 other=1"),
        instants(
            instant ->
                String.format("x=%d other=%d", instant.value(x), instant.value(other.word()))));
  }

  @Test
  void aNoteIsAnInstant_withTheNotesUntilThen() {
    program.cpu(
        cpu -> {
          cpu.WRITE_ONCE(x, 1);
          cpu.note("first", 0);
          cpu.WRITE_ONCE(x, 2);
          cpu.note("second", 0);
          cpu.WRITE_ONCE(x, 3);
        });
    assertEquals(
        Set.of("after CPU0: x=1 1", "after CPU0: x=2 2"),
        instants(instant -> "x=" + instant.value(x) + " " + instant.notes(0).size()));
  }
}
