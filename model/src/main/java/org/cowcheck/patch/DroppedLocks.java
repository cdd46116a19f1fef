package org.cowcheck.patch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;

/** The locks that a CPU would hold and the sections it would be in, if a patch had kept them. */
final class DroppedLocks {
  private final Set<Spinlock> spinlocks = new HashSet<>();
  private final Set<BitLock> bits = new HashSet<>();
  private final Map<Fence, Deque<Boolean>> sections = new EnumMap<>(Fence.class);

  /** Bits of a word that serve as a lock. */
  private record BitLock(Word word, long mask) {}

  /** A spinlock is not taken. */
  void take(Spinlock lock) {
    spinlocks.add(lock);
  }

  /** Whether a spinlock of this word would be held. */
  boolean contains(Word word) {
    return spinlocks.contains(new Spinlock(word));
  }

  /** Whether a spinlock was not taken and so is not to be released. */
  boolean release(Spinlock lock) {
    return spinlocks.remove(lock);
  }

  /** Bits are not taken. */
  void take(Word word, long mask) {
    bits.add(new BitLock(word, mask));
  }

  /** Whether bits were not taken and so are not to be released. */
  boolean release(Word word, long mask) {
    return bits.remove(new BitLock(word, mask));
  }

  /** Begins a section, which is left out or not; whether it is. Sections of a kind nest. */
  boolean begins(Fence fence, boolean drops) {
    sections.computeIfAbsent(end(fence), end -> new ArrayDeque<>()).push(drops);
    return drops;
  }

  /** Ends the section that was begun last; whether that was left out. */
  boolean ends(Fence fence) {
    Deque<Boolean> open = sections.get(fence);
    return open != null && !open.isEmpty() && open.pop();
  }

  private static Fence end(Fence begin) {
    return begin == Fence.LOCAL_IRQ_SAVE ? Fence.LOCAL_IRQ_RESTORE : Fence.RCU_READ_UNLOCK;
  }
}
