package org.cowcheck.litmus;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongFunction;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;

/**
 * One thread in the middle of one execution: its CPU, its registers and the branch that it is in.
 *
 * <h2>Dependencies</h2>
 *
 * As herd7 has them for C: a register carries the reads that its value was computed from. The
 * address and data dependencies of an access come from the values that make its address and data. A
 * control dependency covers what is inside the branches of the {@code if} and ends with it; a
 * register that is assigned inside carries it on to the branches that test the register.
 */
class ThreadRun {
  private final Cpu cpu;
  private final LongFunction<Word> words;
  private final Map<String, Value> registers;
  private Reads control = Reads.NONE;

  /** Ends a thread that follows a pointer to nowhere. */
  static final class WildPointer extends RuntimeException {
    private static final long serialVersionUID = 1;

    WildPointer() {
      super("a pointer to no location", null, false, false);
    }
  }

  /**
   * A thread at its start.
   *
   * @param initial its registers
   * @param words the word at an address, or null
   */
  ThreadRun(Cpu cpu, Map<String, Value> initial, LongFunction<Word> words) {
    this.cpu = cpu;
    this.registers = new HashMap<>(initial);
    this.words = words;
  }

  /** A register; one that was never assigned is 0. */
  Value get(String register) {
    return registers.getOrDefault(register, Value.ZERO);
  }

  void set(String register, Value value) {
    registers.put(register, value.controlledBy(control));
  }

  /** Whether a value that decides what is run is not 0. */
  boolean isTrue(Value value) {
    return value.number() != 0;
  }

  /** Runs a branch that was chosen by a value. */
  void under(Value condition, Statement branch) {
    Reads outside = control;
    control = control.and(condition.reads()).and(condition.controls());
    branch.run(this);
    control = outside;
  }

  /** The word that an address points to. */
  Word word(Value address) {
    Word word = words.apply(address.number());
    if (word == null) {
      throw new WildPointer();
    }
    return word;
  }

  /** An access that returns nothing, with its dependencies. */
  void access(Value address, Value data, AccessTo access) {
    access.to(cpu(address, data), word(address));
  }

  /** An access that returns what it reads, or something computed from it. */
  Value read(Value address, Value data, ToLong access) {
    long result = access.to(cpu(address, data), word(address));
    return Value.read(result, cpu.lastRead());
  }

  Spinlock lock(Value address) {
    return new Spinlock(word(address));
  }

  /** The CPU, told what its next access depends on. */
  Cpu cpu(Value address, Value data) {
    word(address);
    cpu.dependencies(address.reads().indices(), data.reads().indices(), control.indices());
    return cpu;
  }

  /** The CPU, for what accesses nothing. */
  Cpu cpu() {
    return cpu;
  }

  /** An access to a word. */
  interface AccessTo {
    void to(Cpu cpu, Word word);
  }

  /** An access to a word that has a result. */
  interface ToLong {
    long to(Cpu cpu, Word word);
  }
}
