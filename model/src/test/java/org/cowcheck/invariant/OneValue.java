package org.cowcheck.invariant;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.function.LongPredicate;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;

/** An end with one CPU, on which each word had one value throughout: for tests. */
record OneValue(long returned, ImmutableMap<Word, Long> values, ImmutableList<Note> noted)
    implements End {
  @Override
  public long value(Word word) {
    return values.getOrDefault(word, word.initialValue());
  }

  @Override
  public long returned(int cpu) {
    return returned;
  }

  @Override
  public ImmutableList<Note> notes(int cpu) {
    return noted;
  }

  @Override
  public int cpus() {
    return 1;
  }

  @Override
  public ImmutableList<Instant> instants(ImmutableSet<Word> locks) {
    return ImmutableList.of();
  }

  @Override
  public boolean atSomeInstant(int cpu, Word word, LongPredicate condition) {
    return condition.test(value(word));
  }
}
