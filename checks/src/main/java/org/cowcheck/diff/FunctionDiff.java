package org.cowcheck.diff;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.cowcheck.memory.Fence;

/** What the hunks of a diff show of a known function: the known statements before and after. */
final class FunctionDiff {
  private final String name;
  private final KnownFunction function;
  private final List<HunkSides> hunks = new ArrayList<>();
  private final List<Found> before = new ArrayList<>();
  private final List<Found> after = new ArrayList<>();

  FunctionDiff(String name, KnownFunction function) {
    this.name = name;
    this.function = function;
  }

  String name() {
    return name;
  }

  KnownFunction function() {
    return function;
  }

  /** The hunks that show something of it. */
  List<HunkSides> hunks() {
    return hunks;
  }

  /** Adds what a hunk shows. */
  void add(HunkSides sides) {
    hunks.add(sides);
    find(sides, '-', before);
    find(sides, '+', after);
  }

  private void find(HunkSides sides, char sign, List<Found> found) {
    SourceSide side = sides.side(sign);
    int i = 0;
    while (i < side.tokens().size()) {
      Optional<Found> here =
          side.function(i).equals(name)
              ? at(sides, sign, i, lastIndex(found, sides))
              : Optional.empty();
      here.ifPresent(found::add);
      i = here.map(Found::end).orElse(i + 1);
    }
  }

  private static int lastIndex(List<Found> found, HunkSides sides) {
    for (Found last : Lists.reverse(found)) {
      if (last.sides() == sides && last.statement().isPresent()) {
        return last.statement().get().index();
      }
    }
    return -1;
  }

  /** What stands at a token; where the same form stands for several statements, the next one. */
  private Optional<Found> at(HunkSides sides, char sign, int i, int lastIndex) {
    List<CToken> tokens = sides.side(sign).tokens();
    Found longest = null;
    for (KnownStatement statement : function.statements()) {
      for (KnownForm form : statement.forms()) {
        int end = FormMatch.end(form.code(), tokens, i);
        boolean isNext =
            longest != null
                && end == longest.end()
                && longest.statement().get().index() <= lastIndex
                && statement.index() > lastIndex;
        if (end > i && (longest == null || end > longest.end() || isNext)) {
          longest =
              new Found(
                  sides, sign, Optional.of(statement), Optional.of(form), Optional.empty(), i, end);
        }
      }
    }
    if (longest == null && FormMatch.end(FormMatch.CALL, tokens, i) > i) {
      Optional<Fence> fence = Fences.named(tokens.get(i).text());
      if (fence.isPresent()) {
        longest = new Found(sides, sign, Optional.empty(), Optional.empty(), fence, i, i + 4);
      }
    }
    return Optional.ofNullable(longest);
  }

  /**
   * What is there on a side, in order, with each barrier told apart: one of the kernel states', or
   * one of its own.
   *
   * @param isIn whether a statement is in the kernel at all
   */
  ImmutableList<Found> found(char sign, Predicate<KnownStatement> isIn) {
    List<Found> all = sign == '-' ? before : after;
    List<Found> told = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      Found found = all.get(i);
      if (found.fence().isPresent()) {
        found = tell(found, previous(all, i), next(all, i), told, isIn);
      }
      told.add(found);
    }
    return ImmutableList.copyOf(told);
  }

  private static Optional<KnownStatement> previous(List<Found> all, int i) {
    for (int j = i - 1; j >= 0 && all.get(j).sides() == all.get(i).sides(); j--) {
      if (all.get(j).fence().isEmpty()) {
        return all.get(j).statement();
      }
    }
    return Optional.empty();
  }

  private static Optional<KnownStatement> next(List<Found> all, int i) {
    for (int j = i + 1; j < all.size() && all.get(j).sides() == all.get(i).sides(); j++) {
      if (all.get(j).fence().isEmpty()) {
        return all.get(j).statement();
      }
    }
    return Optional.empty();
  }

  private Found tell(
      Found fence,
      Optional<KnownStatement> previous,
      Optional<KnownStatement> next,
      List<Found> told,
      Predicate<KnownStatement> isIn) {
    List<KnownStatement> fits = new ArrayList<>();
    for (KnownStatement statement : function.statements()) {
      if (statement.isFence()
          && told.stream().noneMatch(other -> other.is(statement))
          && isPartOfSomething(statement, fence.sign(), isIn)
          && lies(statement, previous, next, isIn)) {
        fits.add(statement);
      }
    }
    return fits.stream()
        .filter(statement -> statement.fence().equals(fence.fence()))
        .findFirst()
        .or(() -> fits.stream().findFirst())
        .map(fence::as)
        .orElse(fence);
  }

  /** Whether the hunk that a barrier is a part of stands on a side, or in the kernel. */
  private boolean isPartOfSomething(
      KnownStatement fence, char sign, Predicate<KnownStatement> isIn) {
    if (fence.of().isEmpty()) {
      return true;
    }
    List<KnownStatement> parents =
        function.statements().stream()
            .filter(statement -> !statement.isFence())
            .filter(
                statement ->
                    statement.forms().stream()
                        .anyMatch(form -> form.says().contains(fence.of().get())))
            .toList();
    List<Found> side = sign == '-' ? before : after;
    return parents.isEmpty()
        || parents.stream().anyMatch(isIn)
        || side.stream().anyMatch(found -> found.isThere() && parents.stream().anyMatch(found::is));
  }

  /** Whether a barrier of the kernel states is the one between two statements. */
  private boolean lies(
      KnownStatement fence,
      Optional<KnownStatement> previous,
      Optional<KnownStatement> next,
      Predicate<KnownStatement> isIn) {
    if (previous.isEmpty() && next.isEmpty()) {
      return function.statements().stream().filter(KnownStatement::isFence).count() == 1;
    }
    if (previous.isPresent() && isPartOf(fence, previous.get())) {
      return true;
    }
    boolean isBehind =
        previous.isEmpty()
            || (previous.get().index() < fence.index()
                && isBare(previous.get().index(), fence.index(), isIn));
    boolean isAhead =
        next.isEmpty()
            || (fence.index() < next.get().index()
                && isBare(fence.index(), next.get().index(), isIn));
    return isBehind && isAhead;
  }

  /** Whether a barrier goes with the statement before it, wherever that is. */
  private static boolean isPartOf(KnownStatement fence, KnownStatement previous) {
    return fence.of().isPresent()
        && previous.steps().stream().anyMatch(step -> step.label().equals(fence.of().get()));
  }

  /** Whether nothing that the kernel has lies between two places. */
  private boolean isBare(int from, int to, Predicate<KnownStatement> isIn) {
    return function.statements().subList(from + 1, to).stream()
        .noneMatch(
            statement ->
                !statement.isFence()
                    && statement.kind() != KnownStatement.Kind.LOOSE
                    && isIn.test(statement));
  }
}
