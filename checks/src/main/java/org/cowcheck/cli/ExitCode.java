package org.cowcheck.cli;

import java.util.List;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Verdict;

/** What the process returns. */
final class ExitCode {
  /** All Never without a race, or, for a full check, all as recorded. */
  static final int OK = 0;

  /** A Sometimes, or a data race. */
  static final int FOUND = 1;

  /** Usage or bad input. */
  static final int BAD_INPUT = 2;

  /** An Unknown. */
  static final int UNKNOWN = 3;

  /** Something differs from the record. */
  static final int DIFFERS = 4;

  private ExitCode() {}

  /** For a selection by scenario or patch. */
  static int ofSelection(List<Outcome> outcomes) {
    if (outcomes.stream()
        .anyMatch(
            outcome -> outcome.verdict() == Verdict.SOMETIMES || !outcome.races().isEmpty())) {
      return FOUND;
    }
    return outcomes.stream().allMatch(Outcome::isClean) ? OK : UNKNOWN;
  }

  /** For a check of the whole catalogue. */
  static int ofFullCheck(List<Outcome> outcomes, Expectations expectations) {
    return outcomes.stream().allMatch(expectations::agrees) ? OK : DIFFERS;
  }
}
