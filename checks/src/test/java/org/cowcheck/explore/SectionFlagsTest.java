package org.cowcheck.explore;

import static org.cowcheck.consistency.MemoryModels.LKMM;
import static org.cowcheck.consistency.MemoryModels.SC;
import static org.cowcheck.consistency.MemoryModels.TSO;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableSet;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Word;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * LKMM's flags on read-side critical sections (linux-kernel.bell): what raises each, and its twin
 * that does not. herd7 raises the same; it knows no sections with IRQs off, which follow RCU's.
 */
final class SectionFlagsTest {
  private static final String SRCU_UNBALANCED = "unbalanced-srcu-locking";
  private static final String SRCU_CROSSED = "srcu-bad-nesting";

  private final TestProgram program = TestProgram.program();
  private final Word x = program.word("x");
  private final Word s = program.word("s");
  private final Word t = program.word("t");

  private void assertFlags(TestProgram.Body body, String... flags) {
    assertFlags(1, program.cpu(body), flags);
  }

  private static void assertFlags(long executions, TestProgram program, String... flags) {
    Exploration exploration = program.explore(LKMM).exploration();
    assertEquals(ImmutableSet.copyOf(flags), exploration.flags());
    assertEquals(executions, exploration.executions());
  }

  /** What has the one kind of section only: its flag is the other's under another name. */
  enum Kind {
    RCU("unbalanced-rcu-locking"),
    IRQS_OFF("unbalanced-irq-sections");

    final String flag;

    Kind(String flag) {
      this.flag = flag;
    }

    void lock(Cpu cpu) {
      if (this == RCU) {
        cpu.rcu_read_lock();
      } else {
        cpu.local_irq_save();
      }
    }

    void unlock(Cpu cpu) {
      if (this == RCU) {
        cpu.rcu_read_unlock();
      } else {
        cpu.local_irq_restore();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void nestedSections_areBalanced(Kind kind) {
    assertFlags(
        cpu -> {
          kind.lock(cpu);
          kind.lock(cpu);
          kind.unlock(cpu);
          kind.unlock(cpu);
        });
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aSectionThatIsNotEnded_isUnbalanced(Kind kind) {
    assertFlags(
        cpu -> {
          kind.lock(cpu);
          kind.lock(cpu);
          kind.unlock(cpu);
        },
        kind.flag);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void anEndWithoutASection_isUnbalanced(Kind kind) {
    assertFlags(kind::unlock, kind.flag);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void anEndBeforeTheSection_isUnbalanced(Kind kind) {
    assertFlags(
        cpu -> {
          kind.unlock(cpu);
          kind.lock(cpu);
        },
        kind.flag);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aSectionEndedByAnotherCpu_isUnbalanced(Kind kind) {
    assertFlags(1, program.cpu(kind::lock).cpu(kind::unlock), kind.flag);
  }

  @Test
  void sectionsOfDifferentKinds_mayOverlap() {
    assertFlags(
        cpu -> {
          cpu.rcu_read_lock();
          cpu.local_irq_save();
          long index = cpu.srcu_read_lock(s);
          cpu.rcu_read_unlock();
          cpu.local_irq_restore();
          cpu.srcu_read_unlock(s, index);
        });
  }

  /** One execution of two raises the flag: the one that reads 1 and skips the end. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void aSectionThatEndsOnOneBranchOnly_isUnbalancedInOneExecution(Kind kind) {
    TestProgram branching =
        program
            .cpu(cpu -> cpu.WRITE_ONCE(x, 1))
            .cpu(
                cpu -> {
                  kind.lock(cpu);
                  if (cpu.READ_ONCE(x) == 0) {
                    kind.unlock(cpu);
                  }
                });
    assertFlags(2, branching, kind.flag);
  }

  /** Flags are LKMM's: SC and TSO, as sets of executions, have none. */
  @Test
  void otherModelsRaiseNoFlag() {
    program.cpu(Cpu::rcu_read_lock);
    assertEquals(ImmutableSet.of(), program.explore(SC).exploration().flags());
    assertEquals(ImmutableSet.of(), program.explore(TSO).exploration().flags());
  }

  // SRCU.

  @Test
  void nestedSrcuSections_areBalanced() {
    assertFlags(
        cpu -> {
          long outer = cpu.srcu_read_lock(s);
          long inner = cpu.srcu_read_lock(s);
          cpu.srcu_read_unlock(s, inner);
          cpu.srcu_read_unlock(s, outer);
        });
  }

  /** C-srcu-nest-5: the unlocks match the locks inside out, whatever they are given. */
  @Test
  void overlappingSrcuSections_areBadlyNested() {
    assertFlags(
        cpu -> {
          long first = cpu.srcu_read_lock(s);
          long second = cpu.srcu_read_lock(s);
          cpu.srcu_read_unlock(s, first);
          cpu.srcu_read_unlock(s, second);
        },
        SRCU_CROSSED);
  }

  /** C-srcu-nest-3. */
  @Test
  void overlappingSectionsOfTwoSrcuStructs_areBalanced() {
    assertFlags(
        cpu -> {
          long first = cpu.srcu_read_lock(s);
          long second = cpu.srcu_read_lock(t);
          cpu.srcu_read_unlock(s, first);
          cpu.srcu_read_unlock(t, second);
        });
  }

  @Test
  void indicesOfTwoSrcuStructsExchanged_areBadlyNested() {
    assertFlags(
        cpu -> {
          long first = cpu.srcu_read_lock(s);
          long second = cpu.srcu_read_lock(t);
          cpu.srcu_read_unlock(s, second);
          cpu.srcu_read_unlock(t, first);
        },
        SRCU_CROSSED);
  }

  @Test
  void anIndexUsedTwice_isBadlyNested() {
    assertFlags(
        cpu -> {
          cpu.srcu_read_lock(s);
          long inner = cpu.srcu_read_lock(s);
          cpu.srcu_read_unlock(s, inner);
          cpu.srcu_read_unlock(s, inner);
        },
        SRCU_CROSSED);
  }

  /** C-srcu-nest-1: one variable, but two sections one after the other. */
  @Test
  void oneVariableForTwoSectionsInTurn_isBalanced() {
    assertFlags(
        cpu -> {
          long index = cpu.srcu_read_lock(s);
          cpu.srcu_read_unlock(s, index);
          index = cpu.srcu_read_lock(s);
          cpu.srcu_read_unlock(s, index);
        });
  }

  /** The indices of two sections in turn differ. */
  @Test
  void theIndexOfTheSectionBefore_isBadlyNested() {
    assertFlags(
        cpu -> {
          long index = cpu.srcu_read_lock(s);
          cpu.srcu_read_unlock(s, index);
          cpu.srcu_read_lock(s);
          cpu.srcu_read_unlock(s, index);
        },
        SRCU_CROSSED);
  }

  @Test
  void aNumberInThePlaceOfTheIndex_isBadlyNested() {
    assertFlags(
        cpu -> {
          cpu.srcu_read_lock(s);
          cpu.srcu_read_unlock(s, 0);
        },
        SRCU_CROSSED);
  }

  /** The index is a value like any other: through a word of its CPU it comes back. */
  @Test
  void anIndexThroughMemory_isBalanced() {
    assertFlags(1, program.cpu(this::indexThroughMemory));
  }

  /** Where the word was written meanwhile, the unlock gets another index: 1 of 3 executions. */
  @Test
  void anIndexThroughMemoryThatAnotherCpuWrites_isBadlyNestedInOneExecution() {
    program.cpu(this::indexThroughMemory).cpu(cpu -> cpu.WRITE_ONCE(x, 1));
    assertFlags(3, program, SRCU_CROSSED);
  }

  private void indexThroughMemory(Cpu cpu) {
    cpu.WRITE_ONCE(x, cpu.srcu_read_lock(s));
    cpu.srcu_read_unlock(s, cpu.READ_ONCE(x));
  }

  @Test
  void anSrcuSectionThatIsNotEnded_isUnbalanced() {
    assertFlags(cpu -> cpu.srcu_read_lock(s), SRCU_UNBALANCED);
  }

  @Test
  void anSrcuEndWithoutASection_isUnbalanced() {
    assertFlags(cpu -> cpu.srcu_read_unlock(s, 0), SRCU_UNBALANCED);
  }

  @Test
  void anSrcuSectionEndedForAnotherSrcuStruct_isUnbalanced() {
    assertFlags(cpu -> cpu.srcu_read_unlock(t, cpu.srcu_read_lock(s)), SRCU_UNBALANCED);
  }

  /** C-SRCU-misnest-not: the second lock and its unlock are on a branch that is never taken. */
  @Test
  void aBadNestThatNoExecutionReaches_raisesNothing() {
    assertFlags(
        cpu -> {
          long first = cpu.srcu_read_lock(s);
          boolean taken = cpu.READ_ONCE(x) != 0;
          long second = taken ? cpu.srcu_read_lock(s) : 0;
          cpu.srcu_read_unlock(s, first);
          if (taken) {
            cpu.srcu_read_unlock(s, second);
          }
        });
  }

  // Sleeping.

  @Test
  void waitingForSrcuInAnRcuSection_isAnInvalidSleep() {
    assertFlags(
        cpu -> {
          cpu.rcu_read_lock();
          cpu.synchronize_srcu(s);
          cpu.rcu_read_unlock();
        },
        "invalid-sleep");
  }

  @Test
  void waitingForSrcuBetweenRcuSections_isNoInvalidSleep() {
    assertFlags(
        cpu -> {
          cpu.rcu_read_lock();
          cpu.rcu_read_unlock();
          cpu.synchronize_srcu(s);
          cpu.rcu_read_lock();
          cpu.rcu_read_unlock();
        });
  }

  /** Where the section does not end, it is no section: only that is flagged. */
  @Test
  void waitingForSrcuInAnRcuSectionThatIsNotEnded_isFlaggedAsUnbalancedAlone() {
    assertFlags(
        cpu -> {
          cpu.rcu_read_lock();
          cpu.synchronize_srcu(s);
        },
        "unbalanced-rcu-locking");
  }

  /** SRCU readers may sleep. */
  @Test
  void waitingInTheSectionOfAnotherSrcuStruct_isNoInvalidSleep() {
    assertFlags(
        cpu -> {
          long index = cpu.srcu_read_lock(s);
          cpu.synchronize_srcu(t);
          cpu.synchronize_rcu();
          cpu.srcu_read_unlock(s, index);
        });
  }

  /** It would wait for itself: the rcu axiom leaves no execution, so nothing raises a flag. */
  @Test
  void waitingForRcuInAnRcuSection_hasNoExecution() {
    program.cpu(
        cpu -> {
          cpu.rcu_read_lock();
          cpu.synchronize_rcu();
          cpu.rcu_read_unlock();
        });
    assertFlags(0, program);
  }
}
