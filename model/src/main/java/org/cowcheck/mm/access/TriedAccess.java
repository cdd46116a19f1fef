package org.cowcheck.mm.access;

import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.Tlb;
import org.cowcheck.mm.fault.MmFault.Result;
import org.cowcheck.mm.fault.Tries;

/**
 * How user code gets to a page: the hardware's walk, a fault where that does not permit the access,
 * and the walk again ({@link Tries}).
 *
 * <p>Of an mm that has threads ({@link Mm#hasThreads}) a walk with its access is a section that a
 * flush of the TLB waits for, as in {@link Tlb}.
 *
 * @param begin begins the section
 * @param end ends it
 */
public record TriedAccess(Step begin, Step end) {
  private static final int MOST_FAULTS = 4;
  private static final int MOST_FAULTS_OF_THREADS = 2;

  /**
   * Accesses a page.
   *
   * @param walk finds the page, or null if the access is not permitted
   * @param use the access, which is given null if it is never permitted
   * @param fault handles the fault of a walk that found none
   * @return what the access returns
   */
  public long run(
      Cpu cpu,
      Mm mm,
      Supplier<Ref<Page>> walk,
      ToLongFunction<Ref<Page>> use,
      Supplier<Result> fault) {
    Tries tries = new Tries(mm.hasThreads() ? MOST_FAULTS_OF_THREADS : MOST_FAULTS);
    while (true) {
      long section = mm.hasThreads() ? cpu.at(begin).srcu_read_lock(mm.userAccesses()) : 0;
      Ref<Page> page = walk.get();
      boolean isLast = page != null || tries.isLast();
      long used = isLast ? use.applyAsLong(page) : 0;
      if (mm.hasThreads()) {
        cpu.at(end).srcu_read_unlock(mm.userAccesses(), section);
      }
      if (isLast) {
        return used;
      }
      if (!tries.goOnAfter(fault.get())) {
        return use.applyAsLong(null);
      }
    }
  }
}
