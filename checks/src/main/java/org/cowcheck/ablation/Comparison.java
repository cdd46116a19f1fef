package org.cowcheck.ablation;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.cowcheck.ablation.Engine.Answer;
import org.cowcheck.ablation.Engine.Question;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patch;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Verdict;

/**
 * Two patches side by side.
 *
 * @param pairs one for each scenario and column
 */
public record Comparison(Patch before, Patch after, ImmutableList<Pair> pairs) {

  /**
   * A scenario and a column under both patches.
   *
   * @param isShared whether the cell was explored once, because no run comes by what differs
   */
  public record Pair(Outcome before, Outcome after, boolean isShared) {

    /** Whether another verdict was found; an Unknown is none. */
    public boolean isChanged() {
      return before.verdict() != after.verdict() && !isUnknown();
    }

    /** Whether one of the two verdicts is Unknown. */
    public boolean isUnknown() {
      return before.verdict() == Verdict.UNKNOWN || after.verdict() == Verdict.UNKNOWN;
    }

    /** Whether other data races were found, and all would have been. */
    public boolean hasOtherRaces() {
      return before.stopped().isEmpty()
          && after.stopped().isEmpty()
          && !before.races().equals(after.races());
    }
  }

  /** Explores scenarios under two patches. */
  public static Comparison of(
      Engine engine,
      Patch before,
      Patch after,
      ImmutableList<Scenario> scenarios,
      ImmutableList<Column> columns,
      Accesses accesses)
      throws InterruptedException {
    ImmutableSet<String> labels = Change.differing(before, after);
    ImmutableList<Question> questions =
        columns.stream()
            .flatMap(
                column ->
                    scenarios.stream()
                        .map(
                            scenario ->
                                new Question(
                                    new Cell(
                                        scenario,
                                        before,
                                        column.platform(),
                                        column.model(),
                                        accesses),
                                    true,
                                    labels)))
            .collect(toImmutableList());
    ImmutableList<Answer> first = engine.ask(questions);
    List<Question> second = new ArrayList<>();
    for (Answer answer : first) {
      if (!isShared(answer, before, after, labels)) {
        second.add(new Question(under(after, answer), true, ImmutableSet.of()));
      }
    }
    Deque<Answer> answers = new ArrayDeque<>(engine.ask(ImmutableList.copyOf(second)));
    ImmutableList.Builder<Pair> pairs = ImmutableList.builder();
    for (Answer answer : first) {
      boolean shared = isShared(answer, before, after, labels);
      pairs.add(
          new Pair(
              answer.outcome(),
              shared ? answer.outcome().in(under(after, answer)) : answers.removeFirst().outcome(),
              shared));
    }
    return new Comparison(before, after, pairs.build());
  }

  private static boolean isShared(
      Answer answer, Patch before, Patch after, ImmutableSet<String> labels) {
    return before.base() == after.base() && answer.isUntouchedBy(labels);
  }

  private static Cell under(Patch patch, Answer answer) {
    Cell cell = answer.outcome().cell();
    return new Cell(cell.scenario(), patch, cell.platform(), cell.model(), cell.accesses());
  }

  /** Whether a verdict or a data race is another one. */
  public boolean hasChanges() {
    return pairs.stream().anyMatch(pair -> pair.isChanged() || pair.hasOtherRaces());
  }

  /** Whether a bound left something open. */
  public boolean isOpen() {
    return pairs.stream().anyMatch(Pair::isUnknown);
  }
}
