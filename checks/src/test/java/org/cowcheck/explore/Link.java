package org.cowcheck.explore;

import com.google.common.collect.ImmutableSet;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Place;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Word;

/** How a CPU orders one access after another in a litmus shape; it notes what it reads. */
enum Link {
  NOTHING,
  BARRIER,
  SMP_RMB,
  SMP_WMB,
  SMP_MB,
  RMB,
  WMB,
  MB,
  SYNCHRONIZE_RCU,
  /** The first access is an smp_load_acquire. */
  ACQUIRE,
  /** The second access is an smp_store_release. */
  RELEASE,
  /** The second access goes through what the first one read. */
  ADDRESS,
  /** The second access is behind a branch on what the first one read. */
  CONTROL;

  /** LKMM: {@code strong-fence}. */
  static final ImmutableSet<Link> STRONG = ImmutableSet.of(SMP_MB, MB, SYNCHRONIZE_RCU);

  /** LKMM: {@code strong-fence | po-rel}, which order what the CPU has read from others too. */
  static final ImmutableSet<Link> CUMULATIVE = with(STRONG, RELEASE);

  /** What orders two writes in LKMM: {@code cumul-fence}. */
  static final ImmutableSet<Link> WRITES = with(CUMULATIVE, SMP_WMB, WMB);

  /** What orders two reads in LKMM: {@code ppo}. */
  static final ImmutableSet<Link> READS = with(STRONG, SMP_RMB, RMB, ACQUIRE, ADDRESS);

  /** What orders a read before a write in LKMM: {@code ppo}. */
  static final ImmutableSet<Link> READ_BEFORE_WRITE = with(CUMULATIVE, ACQUIRE, ADDRESS, CONTROL);

  private static ImmutableSet<Link> with(ImmutableSet<Link> links, Link... more) {
    return ImmutableSet.<Link>builder().addAll(links).add(more).build();
  }

  /** What was read, and where the next access goes. */
  private record Seen(long value, Word next) {}

  void writeWrite(Cpu cpu, Word first, long firstValue, Word second, long secondValue) {
    cpu.WRITE_ONCE(first, firstValue);
    fence(cpu);
    write(cpu, second, secondValue);
  }

  void writeRead(Cpu cpu, Word first, long firstValue, Word second) {
    cpu.WRITE_ONCE(first, firstValue);
    fence(cpu);
    cpu.note("second", cpu.READ_ONCE(second));
  }

  void readWrite(Cpu cpu, Word first, Word second, long secondValue) {
    Place place = read(cpu, first, second);
    fence(cpu);
    write(cpu, place, secondValue);
  }

  void readRead(Cpu cpu, Word first, Word second) {
    Place place = read(cpu, first, second);
    fence(cpu);
    cpu.note("second", cpu.READ_ONCE(place));
  }

  /** Reads the first word; returns the place of the second. */
  private Place read(Cpu cpu, Word first, Word second) {
    if (this == ADDRESS) {
      Ref<Seen> seen = cpu.READ_ONCE(first, value -> new Seen(value, second));
      cpu.note("first", seen.target().value());
      return seen.at(Seen::next);
    }
    cpu.note("first", this == ACQUIRE ? cpu.smp_load_acquire(first) : cpu.READ_ONCE(first));
    if (this == CONTROL) {
      cpu.ctrl(first);
    }
    return second;
  }

  private void write(Cpu cpu, Place place, long value) {
    if (this == RELEASE) {
      cpu.smp_store_release(place, value);
    } else {
      cpu.WRITE_ONCE(place, value);
    }
  }

  private void fence(Cpu cpu) {
    switch (this) {
      case BARRIER -> cpu.barrier();
      case SMP_RMB -> cpu.smp_rmb();
      case SMP_WMB -> cpu.smp_wmb();
      case SMP_MB -> cpu.smp_mb();
      case RMB -> cpu.rmb();
      case WMB -> cpu.wmb();
      case MB -> cpu.mb();
      case SYNCHRONIZE_RCU -> cpu.synchronize_rcu();
      case NOTHING, ACQUIRE, RELEASE, ADDRESS, CONTROL -> {}
    }
  }
}
