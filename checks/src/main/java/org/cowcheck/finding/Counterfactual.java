package org.cowcheck.finding;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongPredicate;
import org.cowcheck.invariant.End;
import org.cowcheck.invariant.Instant;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;

/**
 * The end of an execution as if one word had another value all the time, or something had never
 * been noted. It remembers what it is asked for.
 */
final class Counterfactual implements End {
  private final End end;
  private final Word word;
  private final long value;
  private final String unnoted;
  private final Map<Word, Long> seen = new LinkedHashMap<>();

  private Counterfactual(End end, Word word, long value, String unnoted) {
    this.end = end;
    this.word = word;
    this.value = value;
    this.unnoted = unnoted;
  }

  /** Just as it was. */
  static Counterfactual asItWas(End end) {
    return new Counterfactual(end, null, 0, null);
  }

  /** As if a word had this value. */
  static Counterfactual with(End end, Word word, long value) {
    return new Counterfactual(end, word, value, null);
  }

  /** As if nobody had noted anything of a name. */
  static Counterfactual unnoted(End end, String note) {
    return new Counterfactual(end, null, 0, note);
  }

  /** The words that were asked for, with the value that was seen last. */
  Map<Word, Long> seen() {
    return seen;
  }

  private long value(Instant instant, Word asked) {
    long answer = asked == word ? value : instant.value(asked);
    seen.put(asked, answer);
    return answer;
  }

  private ImmutableList<Note> notes(Instant instant, int cpu) {
    return unnoted == null
        ? instant.notes(cpu)
        : instant.notes(cpu).stream()
            .filter(note -> !note.name().equals(unnoted))
            .collect(toImmutableList());
  }

  @Override
  public long value(Word asked) {
    return value(end, asked);
  }

  @Override
  public ImmutableList<Note> notes(int cpu) {
    return notes(end, cpu);
  }

  @Override
  public int cpus() {
    return end.cpus();
  }

  @Override
  public long returned(int cpu) {
    return end.returned(cpu);
  }

  @Override
  public boolean atSomeInstant(int cpu, Word asked, LongPredicate condition) {
    seen.putIfAbsent(asked, end.value(asked));
    return asked == word ? condition.test(value) : end.atSomeInstant(cpu, asked, condition);
  }

  @Override
  public ImmutableList<Instant> instants(ImmutableSet<Word> locks) {
    return end.instants(locks).stream().map(Then::new).collect(toImmutableList());
  }

  /** An instant before the end. */
  private final class Then implements Instant {
    private final Instant instant;

    Then(Instant instant) {
      this.instant = instant;
    }

    @Override
    public long value(Word asked) {
      return Counterfactual.this.value(instant, asked);
    }

    @Override
    public ImmutableList<Note> notes(int cpu) {
      return Counterfactual.this.notes(instant, cpu);
    }

    @Override
    public int cpus() {
      return instant.cpus();
    }

    @Override
    public String when() {
      return instant.when();
    }
  }
}
