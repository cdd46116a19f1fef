package org.cowcheck.bench;

import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;

/**
 * Rounds of GUP-fast against a fork-like sharer under a lock, a page free with smp_wmb(), and a
 * reader that looks at mapping and flags so many times.
 *
 * @param gups the rounds of GUP-fast
 * @param reads how often the reader looks
 */
public record GupFork(int gups, int reads) {

  /** The program in Java. */
  public JavaProgram inJava() {
    Memory memory = new Memory();
    Word pte = memory.word("pte", 3);
    Word refcount = memory.word("refcount", 1);
    Word exclusive = memory.word("excl", 1);
    Word uptodate = memory.word("uptd", 1);
    Word mapping = memory.word("mapping", 1);
    Spinlock lock = memory.spinlock("l");
    return new JavaProgram(
        memory,
        Stream.<Consumer<Cpu>>of(
            cpu -> gupFast(cpu, pte, refcount, exclusive),
            cpu -> share(cpu, pte, refcount, exclusive, lock),
            cpu -> free(cpu, uptodate, mapping, refcount, lock),
            cpu -> look(cpu, mapping, uptodate)));
  }

  private void gupFast(Cpu cpu, Word pte, Word refcount, Word exclusive) {
    for (int i = 0; i < gups; i++) {
      if (cpu.READ_ONCE(pte) == 3) {
        cpu.ctrl(pte);
        cpu.atomic_add_return_acquire(1, refcount);
        boolean pinned = cpu.READ_ONCE(pte) == 3;
        cpu.ctrl(pte);
        if (pinned) {
          cpu.smp_rmb();
          pinned = cpu.READ_ONCE(exclusive) != 0;
          cpu.ctrl(exclusive);
        }
        if (!pinned) {
          cpu.atomic_sub_return_release(1, refcount);
        }
      }
    }
  }

  private static void share(Cpu cpu, Word pte, Word refcount, Word exclusive, Spinlock lock) {
    cpu.spin_lock(lock);
    if (cpu.atomic_read(refcount) <= 1) {
      cpu.ctrl(refcount);
      cpu.xchg_relaxed(exclusive, 0);
      cpu.smp_mb();
      boolean pinned = cpu.atomic_read(refcount) > 1;
      cpu.ctrl(refcount);
      if (pinned) {
        cpu.xchg_relaxed(exclusive, 1);
      } else {
        cpu.smp_store_release(pte, 1);
      }
    }
    cpu.spin_unlock(lock);
  }

  private static void free(Cpu cpu, Word uptodate, Word mapping, Word refcount, Spinlock lock) {
    cpu.spin_lock(lock);
    cpu.xchg_relaxed(uptodate, 0);
    cpu.smp_wmb();
    cpu.WRITE_ONCE(mapping, 0);
    cpu.spin_unlock(lock);
    cpu.atomic_sub_return_release(1, refcount);
  }

  private void look(Cpu cpu, Word mapping, Word uptodate) {
    for (int i = 0; i < reads; i++) {
      cpu.smp_load_acquire(mapping);
      cpu.READ_ONCE(uptodate);
    }
  }

  /** The same program as a C litmus test. */
  public LitmusProgramText inLitmus() {
    return new LitmusProgramText(
        """
        C gupfork

        { pte=3; refcount=1; excl=1; uptd=1; mapping=1; }

        P0(int *pte, atomic_t *refcount, int *excl)
        {
        %s}

        P1(int *pte, atomic_t *refcount, int *excl, spinlock_t *l)
        {
        	spin_lock(l);
        	int before = atomic_read(refcount);
        	if (before <= 1) {
        		int was = xchg_relaxed(excl, 0);
        		smp_mb();
        		int after = atomic_read(refcount);
        		if (after > 1) {
        			int again = xchg_relaxed(excl, 1);
        		} else {
        			smp_store_release(pte, 1);
        		}
        	}
        	spin_unlock(l);
        }

        P2(int *uptd, int *mapping, atomic_t *refcount, spinlock_t *l)
        {
        	spin_lock(l);
        	int was = xchg_relaxed(uptd, 0);
        	smp_wmb();
        	WRITE_ONCE(*mapping, 0);
        	spin_unlock(l);
        	int left = atomic_sub_return_release(1, refcount);
        }

        P3(int *uptd, int *mapping)
        {
        %s}

        exists (3:m0=0 /\\ 3:u0=1)
        """
            .formatted(
                repeat(
                    gups,
                    """
                    	int first%1$d = READ_ONCE(*pte);
                    	if (first%1$d == 3) {
                    		int count%1$d = atomic_add_return_acquire(1, refcount);
                    		int second%1$d = READ_ONCE(*pte);
                    		if (second%1$d == 3) {
                    			smp_rmb();
                    			int exclusive%1$d = READ_ONCE(*excl);
                    			if (exclusive%1$d == 0) {
                    				int back%1$d = atomic_sub_return_release(1, refcount);
                    			}
                    		} else {
                    			int back%1$d = atomic_sub_return_release(1, refcount);
                    		}
                    	}
                    """),
                repeat(
                    reads,
                    """
                    	int m%1$d = smp_load_acquire(mapping);
                    	int u%1$d = READ_ONCE(*uptd);
                    """)));
  }

  private static String repeat(int times, String statements) {
    return IntStream.range(0, times).mapToObj(statements::formatted).collect(Collectors.joining());
  }
}
