package org.cowcheck.consistency;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import org.cowcheck.execution.Event.Site;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Step;
import org.junit.jupiter.api.Test;

/**
 * lock.cat's flag unmatched-unlock, on graphs made by hand: the explorer refuses a program that
 * unlocks what it does not hold.
 */
final class UnmatchedUnlockTest {
  private final Memory memory = new Memory();
  private final Spinlock lock = memory.spinlock("l");
  private final Spinlock other = memory.spinlock("m");
  private final Graph graph = new Graph(ImmutableList.copyOf(memory.words()), 2);

  private void add(int cpu, Spinlock spinlock, LockRole... roles) {
    for (LockRole role : roles) {
      int word = spinlock.word().number();
      int last = graph.writes(word) - 1;
      Site site = new Site(cpu, graph.length(cpu), Step.NONE);
      if (role == LockRole.LOCK_READ) {
        graph.add(site.lock(spinlock, role), graph.write(word, last));
      } else {
        graph.addWrite(site.lock(spinlock, role), last + 1);
      }
    }
  }

  private void assertFlags(String... flags) {
    Judgement judgement = MemoryModels.LKMM.judge(graph);
    assertEquals("", judgement.brokenAxiom());
    assertEquals(ImmutableSortedSet.copyOf(flags), judgement.flags());
  }

  @Test
  void everyUnlockAfterItsLock_isMatched() {
    add(0, lock, LockRole.LOCK_READ, LockRole.LOCK_WRITE);
    add(0, other, LockRole.LOCK_READ, LockRole.LOCK_WRITE);
    add(0, lock, LockRole.UNLOCK);
    add(0, other, LockRole.UNLOCK);
    add(1, lock, LockRole.LOCK_READ, LockRole.LOCK_WRITE, LockRole.UNLOCK);
    assertFlags();
  }

  @Test
  void aSecondUnlock_isUnmatched() {
    add(0, lock, LockRole.LOCK_READ, LockRole.LOCK_WRITE, LockRole.UNLOCK, LockRole.UNLOCK);
    assertFlags("unmatched-unlock");
  }

  @Test
  void anUnlockWithoutALock_isUnmatched() {
    add(0, lock, LockRole.UNLOCK);
    assertFlags("unmatched-unlock");
  }

  @Test
  void anUnlockByAnotherCpu_isUnmatched() {
    add(0, lock, LockRole.LOCK_READ, LockRole.LOCK_WRITE);
    add(1, lock, LockRole.UNLOCK);
    assertFlags("unmatched-unlock");
  }

  @Test
  void anUnlockOfAnotherLock_isUnmatched() {
    add(0, lock, LockRole.LOCK_READ, LockRole.LOCK_WRITE);
    add(0, other, LockRole.UNLOCK);
    assertFlags("unmatched-unlock");
  }
}
