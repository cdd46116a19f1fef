package org.cowcheck.litmus;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.function.LongFunction;
import org.cowcheck.explore.Paths;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Word;

/**
 * One thread on one path: its reads, but for those that are known, return numbers without meaning,
 * and what is computed from one goes either way where it decides, and points anywhere.
 */
final class PathRun extends ThreadRun {
  private final ImmutableList<Word> words;
  private final IntPredicate known;
  private final IntUnaryOperator choose;

  /** What a value points to, so that it points to the same word twice. */
  private final IdentityHashMap<Value, Word> pointsTo = new IdentityHashMap<>();

  PathRun(
      Cpu cpu,
      Map<String, Value> initial,
      LongFunction<Word> wordAt,
      ImmutableList<Word> words,
      IntPredicate known,
      IntUnaryOperator choose) {
    super(cpu, initial, wordAt);
    this.words = words;
    this.known = known;
    this.choose = choose;
  }

  @Override
  boolean isTrue(Value value) {
    return isKnown(value) ? super.isTrue(value) : choose.applyAsInt(2) == 1;
  }

  @Override
  Word word(Value address) {
    return isKnown(address)
        ? super.word(address)
        : pointsTo.computeIfAbsent(address, value -> words.get(choose.applyAsInt(words.size())));
  }

  private boolean isKnown(Value value) {
    return value.known() || Arrays.stream(value.reads().indices()).allMatch(known);
  }

  @Override
  Cpu cpu(Value address, Value data) {
    Cpu cpu = super.cpu(address, data);
    if (isKnown(data)) {
      cpu.note(Paths.CONSTANT, 0);
    }
    return cpu;
  }
}
