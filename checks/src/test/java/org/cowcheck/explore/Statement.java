package org.cowcheck.explore;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Place;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;

/**
 * A statement of a random program: data that a {@link Cpu} can run, and that can be printed.
 *
 * <p>What a statement reads goes to a register, and the register to a note, so that it is part of
 * the final state.
 */
@SuppressWarnings("ImmutableEnumChecker") // the enums hold functions without state
sealed interface Statement {

  void run(Cpu cpu);

  /** A statement that accesses one place, which may be supplied with an address dependency. */
  sealed interface Access extends Statement permits Load, Store, Atomic, BitChange {
    Word word();

    /** Accesses the place and returns what it read, or 0. */
    long run(Cpu cpu, Place place);

    /** The register that what it read goes to, or -1. */
    int register();

    @Override
    default void run(Cpu cpu) {
      long value = run(cpu, word());
      if (register() >= 0) {
        note(cpu, register(), value);
      }
    }
  }

  /** How a word is loaded. */
  enum LoadKind {
    READ_ONCE(Cpu::READ_ONCE),
    SMP_LOAD_ACQUIRE(Cpu::smp_load_acquire),
    READ_PLAIN(Cpu::read_plain),
    READ_PLAIN_IN_SOURCE(Cpu::read_plain_in_source),
    ATOMIC_READ(Cpu::atomic_read),
    ATOMIC_READ_ACQUIRE(Cpu::atomic_read_acquire);

    private final Loader loader;

    LoadKind(Loader loader) {
      this.loader = loader;
    }

    private interface Loader {
      long load(Cpu cpu, Place place);
    }
  }

  /** {@code register = kind(word)}. */
  record Load(int register, LoadKind kind, Word word) implements Access {
    @Override
    public long run(Cpu cpu, Place place) {
      return kind.loader.load(cpu, place);
    }

    @Override
    public String toString() {
      return "r" + register + " = " + kernelName(kind) + "(" + word + ");";
    }
  }

  /** How a word is stored. */
  enum StoreKind {
    WRITE_ONCE(Cpu::WRITE_ONCE),
    SMP_STORE_RELEASE(Cpu::smp_store_release),
    RCU_ASSIGN_POINTER(Cpu::rcu_assign_pointer),
    SMP_STORE_MB(Cpu::smp_store_mb),
    WRITE_PLAIN(Cpu::write_plain),
    WRITE_PLAIN_IN_SOURCE(Cpu::write_plain_in_source),
    ATOMIC_SET(Cpu::atomic_set),
    ATOMIC_SET_RELEASE(Cpu::atomic_set_release);

    private final Storer storer;

    StoreKind(Storer storer) {
      this.storer = storer;
    }

    private interface Storer {
      void store(Cpu cpu, Place place, long value);
    }
  }

  /** {@code kind(word, value)}. */
  record Store(StoreKind kind, Word word, long value) implements Access {
    @Override
    public long run(Cpu cpu, Place place) {
      kind.storer.store(cpu, place, value);
      return 0;
    }

    @Override
    public int register() {
      return -1;
    }

    @Override
    public String toString() {
      return kernelName(kind) + "(" + word + ", " + value + ");";
    }
  }

  /** An atomic read-modify-write. */
  enum AtomicKind {
    ATOMIC_ADD((cpu, place, a, b) -> nothing(() -> cpu.atomic_add(a, place))),
    ATOMIC_SUB((cpu, place, a, b) -> nothing(() -> cpu.atomic_sub(a, place))),
    ATOMIC_INC((cpu, place, a, b) -> nothing(() -> cpu.atomic_inc(place))),
    ATOMIC_DEC((cpu, place, a, b) -> nothing(() -> cpu.atomic_dec(place))),
    ATOMIC_ADD_RETURN((cpu, place, a, b) -> cpu.atomic_add_return(a, place)),
    ATOMIC_ADD_RETURN_RELAXED((cpu, place, a, b) -> cpu.atomic_add_return_relaxed(a, place)),
    ATOMIC_ADD_RETURN_ACQUIRE((cpu, place, a, b) -> cpu.atomic_add_return_acquire(a, place)),
    ATOMIC_ADD_RETURN_RELEASE((cpu, place, a, b) -> cpu.atomic_add_return_release(a, place)),
    ATOMIC_SUB_RETURN((cpu, place, a, b) -> cpu.atomic_sub_return(a, place)),
    ATOMIC_SUB_RETURN_RELAXED((cpu, place, a, b) -> cpu.atomic_sub_return_relaxed(a, place)),
    ATOMIC_SUB_RETURN_ACQUIRE((cpu, place, a, b) -> cpu.atomic_sub_return_acquire(a, place)),
    ATOMIC_SUB_RETURN_RELEASE((cpu, place, a, b) -> cpu.atomic_sub_return_release(a, place)),
    ATOMIC_INC_RETURN((cpu, place, a, b) -> cpu.atomic_inc_return(place)),
    ATOMIC_DEC_RETURN((cpu, place, a, b) -> cpu.atomic_dec_return(place)),
    ATOMIC_FETCH_ADD((cpu, place, a, b) -> cpu.atomic_fetch_add(a, place)),
    ATOMIC_FETCH_ADD_RELAXED((cpu, place, a, b) -> cpu.atomic_fetch_add_relaxed(a, place)),
    ATOMIC_FETCH_ADD_ACQUIRE((cpu, place, a, b) -> cpu.atomic_fetch_add_acquire(a, place)),
    ATOMIC_FETCH_ADD_RELEASE((cpu, place, a, b) -> cpu.atomic_fetch_add_release(a, place)),
    ATOMIC_SUB_AND_TEST((cpu, place, a, b) -> number(cpu.atomic_sub_and_test(a, place))),
    ATOMIC_DEC_AND_TEST((cpu, place, a, b) -> number(cpu.atomic_dec_and_test(place))),
    ATOMIC_INC_AND_TEST((cpu, place, a, b) -> number(cpu.atomic_inc_and_test(place))),
    ATOMIC_ADD_NEGATIVE((cpu, place, a, b) -> number(cpu.atomic_add_negative(a, place))),
    ATOMIC_ADD_UNLESS((cpu, place, a, b) -> number(cpu.atomic_add_unless(place, a, b))),
    ATOMIC_INC_NOT_ZERO((cpu, place, a, b) -> number(cpu.atomic_inc_not_zero(place))),
    XCHG((cpu, place, a, b) -> cpu.xchg(place, a)),
    XCHG_RELAXED((cpu, place, a, b) -> cpu.xchg_relaxed(place, a)),
    XCHG_ACQUIRE((cpu, place, a, b) -> cpu.xchg_acquire(place, a)),
    XCHG_RELEASE((cpu, place, a, b) -> cpu.xchg_release(place, a)),
    CMPXCHG((cpu, place, a, b) -> cpu.cmpxchg(place, b, a)),
    CMPXCHG_RELAXED((cpu, place, a, b) -> cpu.cmpxchg_relaxed(place, b, a)),
    CMPXCHG_ACQUIRE((cpu, place, a, b) -> cpu.cmpxchg_acquire(place, b, a)),
    CMPXCHG_RELEASE((cpu, place, a, b) -> cpu.cmpxchg_release(place, b, a)),
    SET_BIT((cpu, place, a, b) -> nothing(() -> cpu.set_bit((int) b, place))),
    CLEAR_BIT((cpu, place, a, b) -> nothing(() -> cpu.clear_bit((int) b, place))),
    TEST_AND_SET_BIT((cpu, place, a, b) -> number(cpu.test_and_set_bit((int) b, place))),
    TEST_AND_CLEAR_BIT((cpu, place, a, b) -> number(cpu.test_and_clear_bit((int) b, place)));

    private final Updater updater;

    AtomicKind(Updater updater) {
      this.updater = updater;
    }

    private interface Updater {
      long update(Cpu cpu, Place place, long a, long b);
    }

    private static long nothing(Runnable update) {
      update.run();
      return 0;
    }

    private static long number(boolean value) {
      return value ? 1 : 0;
    }
  }

  /**
   * {@code register = kind(word, a, b)}: a is added or stored, b is what it depends on, or a bit.
   */
  record Atomic(int register, AtomicKind kind, Word word, long a, long b) implements Access {
    @Override
    public long run(Cpu cpu, Place place) {
      return kind.updater.update(cpu, place, a, b);
    }

    @Override
    public String toString() {
      return "r" + register + " = " + kernelName(kind) + "(" + word + ", " + a + ", " + b + ");";
    }
  }

  /** A non-atomic change of one bit. */
  record BitChange(boolean sets, Word word, int bit) implements Access {
    @Override
    public long run(Cpu cpu, Place place) {
      if (sets) {
        cpu.__set_bit(bit, place);
      } else {
        cpu.__clear_bit(bit, place);
      }
      return 0;
    }

    @Override
    public int register() {
      return -1;
    }

    @Override
    public String toString() {
      return (sets ? "__set_bit(" : "__clear_bit(") + bit + ", " + word + ");";
    }
  }

  /** A barrier, or a wait for sections. */
  enum Barrier {
    SMP_MB(Cpu::smp_mb),
    SMP_RMB(Cpu::smp_rmb),
    SMP_WMB(Cpu::smp_wmb),
    MB(Cpu::mb),
    RMB(Cpu::rmb),
    WMB(Cpu::wmb),
    BARRIER(Cpu::barrier),
    SMP_MB__BEFORE_ATOMIC(Cpu::smp_mb__before_atomic),
    SMP_MB__AFTER_ATOMIC(Cpu::smp_mb__after_atomic),
    SMP_MB__AFTER_SPINLOCK(Cpu::smp_mb__after_spinlock),
    SMP_MB__AFTER_UNLOCK_LOCK(Cpu::smp_mb__after_unlock_lock),
    SYNCHRONIZE_RCU(Cpu::synchronize_rcu),
    IPI_SYNC(Cpu::ipi_sync);

    private final Consumer<Cpu> barrier;

    Barrier(Consumer<Cpu> barrier) {
      this.barrier = barrier;
    }
  }

  /** {@code kind()}. */
  record Fenced(Barrier kind) implements Statement {
    @Override
    public void run(Cpu cpu) {
      kind.barrier.accept(cpu);
    }

    @Override
    public String toString() {
      return kernelName(kind) + "();";
    }
  }

  /** A branch on what an access reads, with or without the mark of its control dependency. */
  record Branch(
      Access read, long expected, boolean marked, List<Statement> then, List<Statement> otherwise)
      implements Statement {
    @Override
    public void run(Cpu cpu) {
      long value = read.run(cpu, read.word());
      note(cpu, read.register(), value);
      if (marked) {
        cpu.ctrl(read.word());
      }
      (value == expected ? then : otherwise).forEach(statement -> statement.run(cpu));
    }

    @Override
    public String toString() {
      String condition = "if (r" + read.register() + " == " + expected + ") ";
      String mark = marked ? "ctrl(" + read.word() + "); " : "";
      return read + "\n" + mark + condition + block(then) + " else " + block(otherwise);
    }
  }

  /** An access through a pointer that has just been read: its value is the number of a target. */
  record Dereference(int register, Word pointer, List<Word> targets, Access access)
      implements Statement {
    @Override
    public void run(Cpu cpu) {
      Ref<Word> pointed = cpu.READ_ONCE(pointer, value -> targets.get((int) value));
      note(cpu, register, targets.indexOf(pointed.target()));
      long value = access.run(cpu, pointed.at(target -> target));
      if (access.register() >= 0) {
        note(cpu, access.register(), value);
      }
    }

    @Override
    public String toString() {
      return "r" + register + " = READ_ONCE(" + pointer + ");\n*r" + register + ": " + access;
    }
  }

  /** How a section begins and ends. */
  enum SectionKind {
    RCU_READ(Cpu::rcu_read_lock, Cpu::rcu_read_unlock),
    LOCAL_IRQ(Cpu::local_irq_save, Cpu::local_irq_restore);

    private final Consumer<Cpu> begin;
    private final Consumer<Cpu> end;

    SectionKind(Consumer<Cpu> begin, Consumer<Cpu> end) {
      this.begin = begin;
      this.end = end;
    }
  }

  /** A read-side critical section. */
  record Section(SectionKind kind, List<Statement> body) implements Statement {
    @Override
    public void run(Cpu cpu) {
      kind.begin.accept(cpu);
      body.forEach(statement -> statement.run(cpu));
      kind.end.accept(cpu);
    }

    @Override
    public String toString() {
      return kernelName(kind) + " " + block(body);
    }
  }

  /** A section under a lock. */
  record Locked(Spinlock lock, List<Statement> body) implements Statement {
    @Override
    public void run(Cpu cpu) {
      cpu.spin_lock(lock);
      body.forEach(statement -> statement.run(cpu));
      cpu.spin_unlock(lock);
    }

    @Override
    public String toString() {
      return "spin_lock(" + lock + ") " + block(body);
    }
  }

  /** A section under a lock, if the lock is free. */
  record Tried(int register, Spinlock lock, boolean marked, List<Statement> body)
      implements Statement {
    @Override
    public void run(Cpu cpu) {
      boolean taken = cpu.spin_trylock(lock);
      note(cpu, register, taken ? 1 : 0);
      if (marked) {
        cpu.ctrl(lock.word());
      }
      if (taken) {
        body.forEach(statement -> statement.run(cpu));
        cpu.spin_unlock(lock);
      }
    }

    @Override
    public String toString() {
      String mark = marked ? "ctrl(" + lock + "); " : "";
      return "r" + register + " = spin_trylock(" + lock + ") " + mark + block(body);
    }
  }

  /** A look whether a lock is held. */
  record Queried(int register, Spinlock lock) implements Statement {
    @Override
    public void run(Cpu cpu) {
      note(cpu, register, cpu.spin_is_locked(lock) ? 1 : 0);
    }

    @Override
    public String toString() {
      return "r" + register + " = spin_is_locked(" + lock + ")";
    }
  }

  private static void note(Cpu cpu, int register, long value) {
    cpu.note("r" + register, value);
  }

  private static String kernelName(Enum<?> kind) {
    String name = kind.name();
    return name.endsWith("_ONCE") ? name : name.toLowerCase(Locale.ROOT);
  }

  /** Statements in braces, one to a line. */
  static String block(List<Statement> body) {
    StringBuilder text = new StringBuilder("{\n");
    body.forEach(statement -> text.append(statement.toString().indent(2)));
    return text.append("}").toString();
  }
}
