package org.cowcheck.mm;

import org.cowcheck.memory.Cpu;

/**
 * The translation that a CPU keeps of one entry, for user code that races with changes of the page
 * table. Callers label the steps.
 *
 * <p>A flush invalidates it, and waits for the accesses that use it: with an IPI, which is taken
 * between two instructions, or by DSB after TLBI. So an access is an SRCU section of {@link
 * Mm#userAccesses}, and a flush a grace period of it, after a new {@link Mm#tlbGen}.
 *
 * <p>Left out: that a CPU may drop a translation at any time, which a walk at the first access
 * gives enough of; most paths here do not invalidate, for no user code runs beside them.
 */
public final class Tlb {
  private final Mm mm;
  private final PageTable table;
  private long generation;
  private long entry;
  private int read;
  private boolean valid;

  /** An empty TLB. */
  public Tlb(Mm mm, PageTable table) {
    this.mm = mm;
    this.table = table;
  }

  /** A flush, once the entry has been changed and the architecture has done its part. */
  public static void invalidate(Cpu cpu, Mm mm) {
    cpu.atomic_inc_return(mm.tlbGen());
    cpu.synchronize_srcu(mm.userAccesses());
  }

  /** An access begins; what its end is to be given. */
  public long begin(Cpu cpu) {
    long access = cpu.srcu_read_lock(mm.userAccesses());
    long now = cpu.smp_load_acquire(mm.tlbGen());
    valid &= now == generation;
    generation = now;
    return access;
  }

  /** Whether the translation may be used by this access. */
  public boolean isValid() {
    return valid;
  }

  /** The entry that the translation was made of. */
  public long entry() {
    return entry;
  }

  /** The load that the translation was made by, on which accesses depend. */
  public int read() {
    return read;
  }

  /** Walks the page table, and keeps what it finds if user code may use it. */
  public long walk(Cpu cpu) {
    entry = cpu.READ_ONCE(table.pte());
    read = cpu.lastRead();
    valid = Pte.present(entry) && Pte.writable(entry);
    return entry;
  }

  /** The access is over. */
  public void end(Cpu cpu, long access) {
    cpu.srcu_read_unlock(mm.userAccesses(), access);
  }
}
