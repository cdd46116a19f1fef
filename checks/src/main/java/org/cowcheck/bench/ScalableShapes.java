package org.cowcheck.bench;

import java.util.stream.IntStream;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;

/**
 * The scalable programs that stateless model checkers are compared on, as GenMC has them (Vafeiadis
 * and others, {@code tests/correct/infr} and {@code synthetic}).
 */
final class ScalableShapes {
  private ScalableShapes() {}

  /** So many CPUs increment one counter: n! executions. */
  static JavaProgram ainc(int cpus) {
    Memory memory = new Memory();
    Word counter = memory.word("x", 0);
    return each(memory, cpus, (cpu, number) -> cpu.atomic_inc(counter));
  }

  /** So many CPUs read what one writes: 2^n executions. */
  static JavaProgram readers(int readers) {
    Memory memory = new Memory();
    Word word = memory.word("x", 0);
    return each(
        memory,
        readers + 1,
        (cpu, number) -> {
          if (number == 0) {
            cpu.WRITE_ONCE(word, 1);
          } else {
            cpu.READ_ONCE(word);
          }
        });
  }

  /** So many CPUs write one word: n! executions. */
  static JavaProgram writers(int writers) {
    Memory memory = new Memory();
    Word word = memory.word("x", 0);
    return each(memory, writers, (cpu, number) -> cpu.WRITE_ONCE(word, number + 1));
  }

  /**
   * Two CPUs add each other's number to their own, so many times, and a third looks at both
   * (fib_bench). Five rounds have 525,630 executions under RC11, and under LKMM.
   */
  static JavaProgram fib(int rounds) {
    Memory memory = new Memory();
    Word x = memory.word("x", 1);
    Word y = memory.word("y", 1);
    return each(
        memory,
        3,
        (cpu, number) -> {
          if (number == 2) {
            cpu.smp_load_acquire(x);
            cpu.smp_load_acquire(y);
            return;
          }
          Word own = number == 0 ? x : y;
          for (int i = 0; i < rounds; i++) {
            long first = cpu.smp_load_acquire(x);
            long second = cpu.smp_load_acquire(y);
            cpu.smp_store_release(own, first + second);
          }
        });
  }

  /** One CPU looks for the last zero of an array that the others fill: (n + 3) 2^(n - 2). */
  static JavaProgram lastzero(int size) {
    Memory memory = new Memory();
    Word[] array =
        IntStream.rangeClosed(0, size).mapToObj(i -> memory.word("a" + i, 0)).toArray(Word[]::new);
    return each(
        memory,
        size + 1,
        (cpu, number) -> {
          if (number == 0) {
            int i = size;
            while (cpu.smp_load_acquire(array[i]) != 0) {
              i--;
            }
          } else {
            cpu.smp_store_release(array[number], cpu.smp_load_acquire(array[number - 1]) + 1);
          }
        });
  }

  /** So many CPUs take one lock and increment what it guards: n! executions. */
  static JavaProgram mutex(int cpus) {
    Memory memory = new Memory();
    Word guarded = memory.word("x", 0);
    Spinlock lock = memory.spinlock("l");
    return each(
        memory,
        cpus,
        (cpu, number) -> {
          cpu.spin_lock(lock);
          cpu.WRITE_ONCE(guarded, cpu.READ_ONCE(guarded) + 1);
          cpu.spin_unlock(lock);
        });
  }

  private interface Body {
    void run(Cpu cpu, int number);
  }

  private static JavaProgram each(Memory memory, int cpus, Body body) {
    return new JavaProgram(
        memory, IntStream.range(0, cpus).mapToObj(number -> cpu -> body.run(cpu, number)));
  }
}
