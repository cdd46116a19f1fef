package org.cowcheck.linear;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.function.LongPredicate;
import org.cowcheck.invariant.End;
import org.cowcheck.invariant.Instant;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;
import org.cowcheck.setting.Setting;

/**
 * One run of a setting; after all programs have returned, its end.
 *
 * <p>No order between events is kept, so {@link #atSomeInstant} answers by the values that the word
 * ever had.
 */
final class Invocation implements End {
  private final Setting setting;
  private final Values values;
  private final Bus bus;
  private final ImmutableList<SequentialCpu> cpus;
  private final long[] returned;

  Invocation(Setting setting) {
    this.setting = setting;
    values = new Values(setting.memory());
    bus = new Bus(values);
    cpus =
        setting.programs().stream()
            .map(program -> new SequentialCpu(bus))
            .collect(ImmutableList.toImmutableList());
    returned = new long[cpus.size()];
  }

  /** Where the accesses of all CPUs pass. */
  Bus bus() {
    return bus;
  }

  /** A CPU by its number. */
  SequentialCpu cpu(int number) {
    return cpus.get(number);
  }

  /** Runs the program of a CPU. */
  long run(int cpu) {
    returned[cpu] = setting.programs().get(cpu).body().applyAsLong(cpus.get(cpu));
    return returned[cpu];
  }

  /** What the first broken invariant says, or the empty string. */
  String broken() {
    for (Invariant invariant : setting.invariants()) {
      if (!invariant.holds().test(this)) {
        return invariant.broken();
      }
    }
    return "";
  }

  @Override
  public long value(Word word) {
    return values.last(word.number());
  }

  @Override
  public long returned(int cpu) {
    return returned[cpu];
  }

  @Override
  public ImmutableList<Note> notes(int cpu) {
    return cpus.get(cpu).notes();
  }

  @Override
  public int cpus() {
    return cpus.size();
  }

  /** After each release of a lock; what was noted by then is not known. */
  @Override
  public ImmutableList<Instant> instants(ImmutableSet<Word> locks) {
    ImmutableSet<Integer> numbers =
        locks.stream().map(Word::number).collect(ImmutableSet.toImmutableSet());
    return values.releases().stream()
        .filter(release -> numbers.contains(release.lock()))
        .map(Released::new)
        .collect(ImmutableList.toImmutableList());
  }

  private final class Released implements Instant {
    private final Values.Release release;

    Released(Values.Release release) {
      this.release = release;
    }

    @Override
    public long value(Word word) {
      return values.at(release, word.number());
    }

    @Override
    public ImmutableList<Note> notes(int cpu) {
      return ImmutableList.of();
    }

    @Override
    public int cpus() {
      return cpus.size();
    }

    @Override
    public String when() {
      return "after a release of " + setting.memory().words().get(release.lock());
    }
  }

  @Override
  public boolean atSomeInstant(int cpu, Word word, LongPredicate condition) {
    return values.ever(word.number(), condition);
  }
}
