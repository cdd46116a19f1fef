package org.cowcheck.mm;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Place;
import org.cowcheck.memory.Ref;

/**
 * vmf-&gt;orig_pte: the entry that a fault goes by. handle_pte_fault() (mm/memory.c, S0 to S3)
 * loads it once, without the PT lock; under the lock it is compared (pte_same()), never loaded
 * anew.
 *
 * @param value the entry
 * @param read the program-order index of its load
 */
public record OrigPte(long value, int read) {

  /** Loads the entry. */
  public static OrigPte load(Cpu cpu, Place pte) {
    long value = cpu.read_plain_in_source(pte);
    return new OrigPte(value, cpu.lastRead());
  }

  /** What the entry names. */
  public <T> Ref<T> to(T target) {
    return new Ref<>(target, read);
  }
}
