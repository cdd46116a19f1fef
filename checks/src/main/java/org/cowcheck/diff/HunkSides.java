package org.cowcheck.diff;

import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.IntStream;

/** A hunk with the source before it and after it; equal to itself alone. */
final class HunkSides {
  private final DiffHunk hunk;
  private final SourceSide before;
  private final SourceSide after;

  private HunkSides(DiffHunk hunk, SourceSide before, SourceSide after) {
    this.hunk = hunk;
    this.before = before;
    this.after = after;
  }

  static HunkSides of(DiffHunk hunk) {
    return new HunkSides(hunk, SourceSide.of(hunk, '-'), SourceSide.of(hunk, '+'));
  }

  DiffHunk hunk() {
    return hunk;
  }

  SourceSide side(char sign) {
    return sign == '-' ? before : after;
  }

  /** The functions that it shows something of; the empty string for what is outside of all. */
  ImmutableSet<String> functions() {
    Set<String> functions = new LinkedHashSet<>();
    for (char sign : new char[] {'-', '+'}) {
      SourceSide side = side(sign);
      IntStream.range(0, side.tokens().size()).mapToObj(side::function).forEach(functions::add);
    }
    return ImmutableSet.copyOf(functions);
  }
}
