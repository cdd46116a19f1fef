package org.cowcheck.mm;

import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;

/**
 * One PMD entry, and the lock that pmd_lock() takes for it.
 *
 * @param entry none, a page table, a huge page or the migration entry of one ({@link Pte})
 * @param lock the split PMD lock
 */
public record Pmd(Word entry, Spinlock lock) {

  /** A PMD entry of an mm. */
  public static Pmd of(Memory memory, String name, long entry) {
    return new Pmd(
        memory.word(name + ".pmd", entry, Pte::show), memory.spinlock(name + ".pmd_lock"));
  }
}
