package org.cowcheck.mm;

import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Spinlock;

/**
 * The address_space of a file of tmpfs, of which only the lock matters here.
 *
 * <p>Left out: that readers of the lock do not exclude each other, which no scenario has two of.
 *
 * @param iMmapLock i_mmap_rwsem
 */
public record FileMapping(Spinlock iMmapLock) {

  /** A mapping. */
  public FileMapping(Memory memory, String name) {
    this(memory.spinlock(name + ".i_mmap_rwsem"));
  }
}
