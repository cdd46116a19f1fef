package org.cowcheck.ablation;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;

/** Answers cells. */
public interface Engine {

  /**
   * A cell to explore.
   *
   * @param toTheEnd whether to go on after the first violation
   * @param labels of the edits that somebody wants to know of whether they bear on it
   */
  record Question(Cell cell, boolean toTheEnd, ImmutableSet<String> labels) {}

  /**
   * What was found.
   *
   * @param labels those of the question that an edit of the cell's programs can bear on: no run
   *     came by the steps of others, nor asked for their hunks
   */
  record Answer(Outcome outcome, ImmutableSet<String> labels) {

    /** Whether a difference in edits of these labels leaves the cell as it is. */
    boolean isUntouchedBy(ImmutableSet<String> others) {
      return outcome.stopped().isEmpty() && labels.stream().noneMatch(others::contains);
    }
  }

  /** The answers, in the order of the questions. */
  ImmutableList<Answer> ask(ImmutableList<Question> questions) throws InterruptedException;
}
