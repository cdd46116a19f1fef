package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import com.google.common.hash.HashCode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.util.List;
import java.util.function.ToLongFunction;
import org.cowcheck.invariant.End;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;
import org.cowcheck.setting.Setting;

/**
 * The ends of a setting's runs, for all engines: what programs return and note, and the last value
 * of each word. As hashes of 128 bits, because there are many.
 */
public final class Ends {
  private final Setting setting;

  /** The ends of a setting that was built for a run, or of one that was built alike. */
  public Ends(Setting setting) {
    this.setting = setting;
  }

  /** An end. */
  public HashCode of(End end) {
    ImmutableList.Builder<ImmutableList<Note>> notes = ImmutableList.builder();
    for (int cpu = 0; cpu < end.cpus(); cpu++) {
      notes.add(end.notes(cpu));
    }
    return of(returned(end), notes.build(), end::value);
  }

  /** What each program returned. */
  public static ImmutableList<Long> returned(End end) {
    ImmutableList.Builder<Long> returned = ImmutableList.builder();
    for (int cpu = 0; cpu < end.cpus(); cpu++) {
      returned.add(end.returned(cpu));
    }
    return returned.build();
  }

  /** An end that is known by its parts; returns and notes are those of each CPU. */
  public HashCode of(
      List<Long> returned, List<ImmutableList<Note>> notes, ToLongFunction<Word> values) {
    Hasher hasher = Hashing.murmur3_128().newHasher();
    returned.forEach(hasher::putLong);
    for (ImmutableList<Note> own : notes) {
      hasher.putInt(own.size());
      own.forEach(note -> hasher.putUnencodedChars(note.name()).putLong(note.value()));
    }
    for (Word word : setting.memory().words()) {
      hasher.putLong(values.applyAsLong(word));
    }
    return hasher.hash();
  }
}
