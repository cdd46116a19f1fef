package org.cowcheck.ablation;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.RacingPair;
import org.cowcheck.verdict.Verdict;

/**
 * An engine whose answers are made up; all labels bear on all cells unless it is told otherwise.
 */
final class PlantedEngine implements Engine {
  private final Function<Cell, Verdict> verdicts;
  private Function<Cell, ImmutableSet<String>> untouched = cell -> ImmutableSet.of();
  private Function<Cell, ImmutableList<RacingPair>> races = cell -> ImmutableList.of();
  private final List<Cell> asked = new ArrayList<>();

  PlantedEngine(Function<Cell, Verdict> verdicts) {
    this.verdicts = verdicts;
  }

  PlantedEngine untouched(Function<Cell, ImmutableSet<String>> labels) {
    untouched = labels;
    return this;
  }

  PlantedEngine races(Function<Cell, ImmutableList<RacingPair>> found) {
    races = found;
    return this;
  }

  /** The cells that were asked for. */
  List<Cell> asked() {
    return asked;
  }

  @Override
  public ImmutableList<Answer> ask(ImmutableList<Question> questions) {
    return questions.stream().map(this::answer).collect(toImmutableList());
  }

  private Answer answer(Question question) {
    Cell cell = question.cell();
    asked.add(cell);
    Verdict verdict = verdicts.apply(cell);
    return new Answer(
        new Outcome(
            cell,
            verdict,
            10,
            0,
            0,
            races.apply(cell),
            Optional.empty(),
            Optional.empty(),
            verdict == Verdict.UNKNOWN ? "a bound" : "",
            0),
        question.labels().stream()
            .filter(label -> !untouched.apply(cell).contains(label))
            .collect(ImmutableSet.toImmutableSet()));
  }
}
