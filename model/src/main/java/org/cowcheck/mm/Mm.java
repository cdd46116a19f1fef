package org.cowcheck.mm;

import com.google.common.collect.ImmutableList;
import java.util.stream.IntStream;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Seqcount;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;

/**
 * One mm_struct: the words that pinning and forking depend on.
 *
 * @param flags mm->flags, with MMF_HAS_PINNED
 * @param writeProtectSeq mm->write_protect_seq: odd while fork write-protects
 * @param mmapLocks what mm->mmap_lock is made of ({@link MmapLock})
 * @param reader which of them this CPU takes to read
 * @param tlbGen mm->context.tlb_gen of x86
 * @param userAccesses the accesses of user code that a flush of the TLB waits for ({@link Tlb})
 * @param hasThreads whether user code of it may run beside any path: each flush then waits for it
 */
public record Mm(
    Word flags,
    Seqcount writeProtectSeq,
    ImmutableList<Spinlock> mmapLocks,
    int reader,
    Word tlbGen,
    Word userAccesses,
    boolean hasThreads) {
  /** MMF_HAS_PINNED: some page of the mm may have been pinned once. */
  public static final int MMF_HAS_PINNED = 27;

  /** An mm, of which one CPU at a time reads. */
  public Mm(Memory memory, String name, boolean hasPinned) {
    this(memory, name, hasPinned, 1);
  }

  /** An mm that so many CPUs may read at the same time: {@link #reader}. */
  public Mm(Memory memory, String name, boolean hasPinned, int readers) {
    this(memory, name, hasPinned, readers, false);
  }

  /** As {@link #Mm(Memory, String, boolean, int)}, perhaps with user code on other CPUs. */
  public Mm(Memory memory, String name, boolean hasPinned, int readers, boolean hasThreads) {
    this(
        memory.word(
            name + ".flags",
            hasPinned ? PageFlag.bit(MMF_HAS_PINNED) : 0,
            value -> value == 0 ? "0" : "MMF_HAS_PINNED"),
        memory.seqcount(name + ".write_protect_seq"),
        IntStream.range(0, readers)
            .mapToObj(i -> memory.spinlock(name + ".mmap_lock" + (i == 0 ? "" : "." + i)))
            .collect(ImmutableList.toImmutableList()),
        0,
        memory.word(name + ".tlb_gen", 0),
        memory.word(name + ".user_accesses", 0),
        hasThreads);
  }

  /** The same mm, as the CPU of this number has it, whom other readers do not exclude. */
  public Mm reader(int number) {
    return new Mm(flags, writeProtectSeq, mmapLocks, number, tlbGen, userAccesses, hasThreads);
  }

  /** The part of mmap_lock that a reader on this CPU takes. */
  public Spinlock mmapLock() {
    return mmapLocks.get(reader);
  }
}
