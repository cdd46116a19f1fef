package org.cowcheck.mm;

import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Seqcount;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;

/**
 * One mm_struct: the words that pinning and forking depend on.
 *
 * <p>Left out: that readers of mmap_lock do not exclude each other, which no scenario has two of.
 *
 * @param flags mm->flags, with MMF_HAS_PINNED
 * @param writeProtectSeq mm->write_protect_seq: odd while fork write-protects
 * @param mmapLock mm->mmap_lock
 * @param tlbGen mm->context.tlb_gen of x86
 */
public record Mm(Word flags, Seqcount writeProtectSeq, Spinlock mmapLock, Word tlbGen) {
  /** MMF_HAS_PINNED: some page of the mm may have been pinned once. */
  public static final int MMF_HAS_PINNED = 27;

  /** An mm. */
  public Mm(Memory memory, String name, boolean hasPinned) {
    this(
        memory.word(
            name + ".flags",
            hasPinned ? PageFlag.bit(MMF_HAS_PINNED) : 0,
            value -> value == 0 ? "0" : "MMF_HAS_PINNED"),
        memory.seqcount(name + ".write_protect_seq"),
        memory.spinlock(name + ".mmap_lock"),
        memory.word(name + ".tlb_gen", 0));
  }
}
