package org.cowcheck.litmus;

import com.google.common.collect.ImmutableSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;

/**
 * The primitives that litmus tests may call: those of tools/memory-model/linux-kernel.def of Linux
 * 6.1, and those that herd7 knows itself. Each is the primitive of {@link Cpu} of the same name.
 */
final class Primitives {
  /** Takes {@code *p} for its first argument where the others take {@code p}. */
  private static final ImmutableSet<String> OF_OBJECTS =
      ImmutableSet.of(
          "READ_ONCE", "WRITE_ONCE", "rcu_dereference", "rcu_assign_pointer", "smp_store_mb");

  private final Map<String, Known> known = new HashMap<>();

  /**
   * A primitive that is known.
   *
   * @param arguments how many it takes
   * @param address which of them is the address that it accesses, from 0; -1 if none is
   */
  record Known(int arguments, int address, Primitive primitive) {}

  /** A store or an update that returns nothing. */
  private interface Write {
    void run(Cpu cpu, Word word, long value);
  }

  /** An update that returns a value. */
  private interface Update {
    long run(Cpu cpu, Word word, long value);
  }

  /** An update that is given its operand first and returns a value. */
  private interface ValueAndPointer {
    long run(Cpu cpu, long value, Word word);
  }

  /** An update that compares. */
  private interface Compare {
    long run(Cpu cpu, Word word, long first, long second);
  }

  Primitives() {
    singleAccesses();
    barriers();
    atomics();
    readSections();
    locks();
  }

  /** A primitive by its name, or null. */
  Known find(String name) {
    return known.get(name);
  }

  /** Whether the first argument of a primitive is {@code *p} rather than {@code p}. */
  static boolean isOfObjects(String name) {
    return OF_OBJECTS.contains(name);
  }

  private void singleAccesses() {
    read("READ_ONCE", Cpu::READ_ONCE);
    read("rcu_dereference", Cpu::READ_ONCE);
    read("smp_load_acquire", Cpu::smp_load_acquire);
    read("atomic_read", Cpu::atomic_read);
    read("atomic_read_acquire", Cpu::atomic_read_acquire);
    write("WRITE_ONCE", Cpu::WRITE_ONCE);
    write("smp_store_release", Cpu::smp_store_release);
    write("rcu_assign_pointer", Cpu::rcu_assign_pointer);
    write("smp_store_mb", Cpu::smp_store_mb);
    write("atomic_set", Cpu::atomic_set);
    write("atomic_set_release", Cpu::atomic_set_release);
  }

  private void barriers() {
    fence("smp_mb", Cpu::smp_mb);
    fence("smp_rmb", Cpu::smp_rmb);
    fence("smp_wmb", Cpu::smp_wmb);
    fence("smp_mb__before_atomic", Cpu::smp_mb__before_atomic);
    fence("smp_mb__after_atomic", Cpu::smp_mb__after_atomic);
    fence("smp_mb__after_spinlock", Cpu::smp_mb__after_spinlock);
    fence("smp_mb__after_unlock_lock", Cpu::smp_mb__after_unlock_lock);
    fence("barrier", Cpu::barrier);
  }

  private void atomics() {
    write("atomic_add", true, (cpu, word, value) -> cpu.atomic_add(value, word));
    write("atomic_sub", true, (cpu, word, value) -> cpu.atomic_sub(value, word));
    known.put("atomic_inc", new Known(1, 0, noReturn(Cpu::atomic_inc)));
    known.put("atomic_dec", new Known(1, 0, noReturn(Cpu::atomic_dec)));
    valueAndPointer("atomic_add_return", Cpu::atomic_add_return);
    valueAndPointer("atomic_fetch_add", Cpu::atomic_fetch_add);
    valueAndPointer("atomic_add_return_relaxed", Cpu::atomic_add_return_relaxed);
    valueAndPointer("atomic_fetch_add_relaxed", Cpu::atomic_fetch_add_relaxed);
    valueAndPointer("atomic_add_return_acquire", Cpu::atomic_add_return_acquire);
    valueAndPointer("atomic_fetch_add_acquire", Cpu::atomic_fetch_add_acquire);
    valueAndPointer("atomic_add_return_release", Cpu::atomic_add_return_release);
    valueAndPointer("atomic_fetch_add_release", Cpu::atomic_fetch_add_release);
    valueAndPointer("atomic_sub_return", Cpu::atomic_sub_return);
    valueAndPointer("atomic_fetch_sub", Cpu::atomic_fetch_sub);
    valueAndPointer("atomic_sub_return_relaxed", Cpu::atomic_sub_return_relaxed);
    valueAndPointer("atomic_fetch_sub_relaxed", Cpu::atomic_fetch_sub_relaxed);
    valueAndPointer("atomic_sub_return_acquire", Cpu::atomic_sub_return_acquire);
    valueAndPointer("atomic_fetch_sub_acquire", Cpu::atomic_fetch_sub_acquire);
    valueAndPointer("atomic_sub_return_release", Cpu::atomic_sub_return_release);
    valueAndPointer("atomic_fetch_sub_release", Cpu::atomic_fetch_sub_release);
    read("atomic_inc_return", Cpu::atomic_inc_return);
    read("atomic_fetch_inc", Cpu::atomic_fetch_inc);
    read("atomic_inc_return_relaxed", Cpu::atomic_inc_return_relaxed);
    read("atomic_fetch_inc_relaxed", Cpu::atomic_fetch_inc_relaxed);
    read("atomic_inc_return_acquire", Cpu::atomic_inc_return_acquire);
    read("atomic_fetch_inc_acquire", Cpu::atomic_fetch_inc_acquire);
    read("atomic_inc_return_release", Cpu::atomic_inc_return_release);
    read("atomic_fetch_inc_release", Cpu::atomic_fetch_inc_release);
    read("atomic_dec_return", Cpu::atomic_dec_return);
    read("atomic_fetch_dec", Cpu::atomic_fetch_dec);
    read("atomic_dec_return_relaxed", Cpu::atomic_dec_return_relaxed);
    read("atomic_fetch_dec_relaxed", Cpu::atomic_fetch_dec_relaxed);
    read("atomic_dec_return_acquire", Cpu::atomic_dec_return_acquire);
    read("atomic_fetch_dec_acquire", Cpu::atomic_fetch_dec_acquire);
    read("atomic_dec_return_release", Cpu::atomic_dec_return_release);
    read("atomic_fetch_dec_release", Cpu::atomic_fetch_dec_release);
    exchange("xchg", Cpu::xchg);
    compareAndExchange("cmpxchg", Cpu::cmpxchg);
    exchange("xchg_relaxed", Cpu::xchg_relaxed);
    compareAndExchange("cmpxchg_relaxed", Cpu::cmpxchg_relaxed);
    exchange("xchg_acquire", Cpu::xchg_acquire);
    compareAndExchange("cmpxchg_acquire", Cpu::cmpxchg_acquire);
    exchange("xchg_release", Cpu::xchg_release);
    compareAndExchange("cmpxchg_release", Cpu::cmpxchg_release);
    exchange("atomic_xchg", Cpu::xchg);
    compareAndExchange("atomic_cmpxchg", Cpu::cmpxchg);
    exchange("atomic_xchg_relaxed", Cpu::xchg_relaxed);
    compareAndExchange("atomic_cmpxchg_relaxed", Cpu::cmpxchg_relaxed);
    exchange("atomic_xchg_acquire", Cpu::xchg_acquire);
    compareAndExchange("atomic_cmpxchg_acquire", Cpu::cmpxchg_acquire);
    exchange("atomic_xchg_release", Cpu::xchg_release);
    compareAndExchange("atomic_cmpxchg_release", Cpu::cmpxchg_release);
    valueAndPointer(
        "atomic_sub_and_test", (cpu, value, word) -> number(cpu.atomic_sub_and_test(value, word)));
    valueAndPointer(
        "atomic_add_negative", (cpu, value, word) -> number(cpu.atomic_add_negative(value, word)));
    read("atomic_dec_and_test", (cpu, word) -> number(cpu.atomic_dec_and_test(word)));
    read("atomic_inc_and_test", (cpu, word) -> number(cpu.atomic_inc_and_test(word)));
    read("atomic_inc_not_zero", (cpu, word) -> number(cpu.atomic_inc_not_zero(word)));
    known.put(
        "atomic_add_unless",
        new Known(
            3,
            0,
            (thread, arguments) -> {
              Value delta = arguments.get(1);
              Value unless = arguments.get(2);
              return thread.read(
                  arguments.get(0),
                  delta,
                  (cpu, word) ->
                      number(cpu.atomic_add_unless(word, delta.number(), unless.number())));
            }));
  }

  private void readSections() {
    fence("rcu_read_lock", Cpu::rcu_read_lock);
    fence("rcu_read_unlock", Cpu::rcu_read_unlock);
    fence("synchronize_rcu", Cpu::synchronize_rcu);
    fence("synchronize_rcu_expedited", Cpu::synchronize_rcu);
    known.put(
        "srcu_read_lock",
        new Known(
            1,
            0,
            (thread, arguments) ->
                Value.of(
                    thread
                        .cpu(arguments.get(0), Value.ZERO)
                        .srcu_read_lock(thread.word(arguments.get(0))))));
    write("srcu_read_unlock", Cpu::srcu_read_unlock);
    known.put("synchronize_srcu", new Known(1, 0, noReturn(Cpu::synchronize_srcu)));
    known.put("synchronize_srcu_expedited", new Known(1, 0, noReturn(Cpu::synchronize_srcu)));
  }

  private void locks() {
    known.put("spin_lock", new Known(1, 0, noReturn((cpu, word) -> cpu.spin_lock(lock(word)))));
    known.put("spin_unlock", new Known(1, 0, noReturn((cpu, word) -> cpu.spin_unlock(lock(word)))));
    read("spin_trylock", (cpu, word) -> number(cpu.spin_trylock(lock(word))));
    read("spin_is_locked", (cpu, word) -> number(cpu.spin_is_locked(lock(word))));
  }

  private static Spinlock lock(Word word) {
    return new Spinlock(word);
  }

  private static long number(boolean truth) {
    return truth ? 1 : 0;
  }

  private static Primitive noReturn(ThreadRun.AccessTo access) {
    return (thread, arguments) -> {
      thread.access(arguments.get(0), Value.ZERO, access);
      return Value.ZERO;
    };
  }

  private void fence(String name, Consumer<Cpu> fence) {
    known.put(
        name,
        new Known(
            0,
            -1,
            (thread, arguments) -> {
              fence.accept(thread.cpu());
              return Value.ZERO;
            }));
  }

  private void read(String name, ThreadRun.ToLong read) {
    known.put(
        name,
        new Known(1, 0, (thread, arguments) -> thread.read(arguments.get(0), Value.ZERO, read)));
  }

  private void write(String name, Write write) {
    write(name, false, write);
  }

  private void write(String name, boolean valueFirst, Write write) {
    known.put(
        name,
        new Known(
            2,
            valueFirst ? 1 : 0,
            (thread, arguments) -> {
              Value address = arguments.get(valueFirst ? 1 : 0);
              Value value = arguments.get(valueFirst ? 0 : 1);
              thread.access(address, value, (cpu, word) -> write.run(cpu, word, value.number()));
              return Value.ZERO;
            }));
  }

  private void valueAndPointer(String name, ValueAndPointer update) {
    known.put(
        name,
        new Known(
            2,
            1,
            (thread, arguments) -> {
              Value value = arguments.get(0);
              Value result =
                  thread.read(
                      arguments.get(1),
                      value,
                      (cpu, word) -> update.run(cpu, value.number(), word));
              return result.combine(value, result.number());
            }));
  }

  private void exchange(String name, Update update) {
    known.put(
        name,
        new Known(
            2,
            0,
            (thread, arguments) -> {
              Value value = arguments.get(1);
              return thread.read(
                  arguments.get(0), value, (cpu, word) -> update.run(cpu, word, value.number()));
            }));
  }

  private void compareAndExchange(String name, Compare update) {
    known.put(
        name,
        new Known(
            3,
            0,
            (thread, arguments) -> {
              Value expected = arguments.get(1);
              Value value = arguments.get(2);
              return thread.read(
                  arguments.get(0),
                  value,
                  (cpu, word) -> update.run(cpu, word, expected.number(), value.number()));
            }));
  }
}
