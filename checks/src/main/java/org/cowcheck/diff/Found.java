package org.cowcheck.diff;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.cowcheck.memory.Fence;

/**
 * A known statement, or a barrier, that stands in a hunk.
 *
 * @param sides the hunk
 * @param sign the side that it is on
 * @param statement what it is; of a barrier, empty if the kernel states have none there
 * @param form of a statement that is no barrier
 * @param fence of a barrier
 * @param first its first token
 * @param end behind its last token
 */
record Found(
    HunkSides sides,
    char sign,
    Optional<KnownStatement> statement,
    Optional<KnownForm> form,
    Optional<Fence> fence,
    int first,
    int end) {

  private List<CToken> tokens() {
    return sides.side(sign).tokens().subList(first, end);
  }

  Block block() {
    return sides.side(sign).block(first);
  }

  boolean is(KnownStatement other) {
    return statement.isPresent() && statement.get().equals(other);
  }

  Found as(KnownStatement other) {
    return new Found(sides, sign, Optional.of(other), form, fence, first, end);
  }

  /** Whether it stands for its statement, and not for what is there instead. */
  boolean isThere() {
    return form.map(KnownForm::isPresent).orElse(true);
  }

  /** Whether a line of it is added or taken away. */
  boolean isChanged() {
    return tokens().stream().anyMatch(this::isChanged);
  }

  boolean isChanged(CToken token) {
    return sides.hunk().lines().get(token.line()).isChanged();
  }

  /** The flag in the place of the {@code $}, of a form that ends with it. */
  String lastWord() {
    return tokens().get(tokens().size() - 1).text();
  }

  /** The number of its first line in the text that was read. */
  int line() {
    return sides.hunk().lines().get(tokens().get(0).line()).number();
  }

  /** The changed lines that it is on, by their places in the hunk. */
  ImmutableSet<Integer> changedLines() {
    return tokens().stream()
        .filter(this::isChanged)
        .map(CToken::line)
        .collect(ImmutableSet.toImmutableSet());
  }

  /** The changed lines of a jump that is all that is done if it, a condition, is true. */
  ImmutableSet<Integer> changedLinesOfJump() {
    SourceSide side = sides.side(sign);
    List<CToken> jump =
        IntStream.range(end, side.tokens().size())
            .filter(i -> side.block(i).header().contains(side.tokens().get(first)))
            .mapToObj(side.tokens()::get)
            .filter(token -> !token.is("}"))
            .toList();
    boolean isOne =
        !jump.isEmpty()
            && jump.get(0).jumps()
            && jump.stream().filter(token -> token.is(";")).count() == 1;
    return isOne
        ? jump.stream()
            .filter(this::isChanged)
            .map(CToken::line)
            .collect(ImmutableSet.toImmutableSet())
        : ImmutableSet.of();
  }

  /** It as it stands there, in one line. */
  String text() {
    List<String> pieces = new ArrayList<>();
    CToken from = tokens().get(0);
    CToken last = from;
    for (CToken token : tokens()) {
      if (token.line() != last.line()) {
        pieces.add(piece(from, last));
        from = token;
      }
      last = token;
    }
    pieces.add(piece(from, last));
    return String.join(" ", pieces);
  }

  private String piece(CToken from, CToken last) {
    return sides
        .hunk()
        .lines()
        .get(from.line())
        .text()
        .substring(from.column(), last.column() + last.text().length())
        .replace('\t', ' ');
  }

  /** Whether a jump stands between this and a later one of the same hunk. */
  boolean jumpsBefore(Found later) {
    return sides == later.sides
        && IntStream.range(end, later.first)
            .anyMatch(i -> sides.side(sign).tokens().get(i).jumps());
  }

  /** Whether it is executed whenever another one of the same hunk is, as far as blocks go. */
  boolean isExecutedWith(Found other) {
    return sides == other.sides && block().condition().contains(other.block().condition());
  }
}
