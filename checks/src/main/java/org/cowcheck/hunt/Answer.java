package org.cowcheck.hunt;

import com.google.common.collect.ImmutableList;
import com.google.gson.Gson;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Progress;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.journal.Entry;
import org.cowcheck.nightly.ExplorerTask;
import org.cowcheck.report.WitnessFile;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Recording;
import org.cowcheck.verdict.Verdict;

/** How one program is answered under one memory model, and how the answer is kept. */
final class Answer {
  /** The name of the engine in a journal. */
  static final String ENGINE = "hunt";

  /** What an exploration is stopped by that somebody has ended. */
  private static final String INTERRUPTED = "interrupted";

  /**
   * The least of so many executions is the witness: all of a small program, and of a large one
   * enough to tell an interleaving from a reordering mostly.
   */
  static final long BRIEFLY = 500;

  private Answer() {}

  /**
   * Answers a program as it is hunted: all of it, or its interleavings of few preemptions.
   *
   * @param most after so many executions it is to be asked again
   * @return nothing if it was not enough, or if it is over
   */
  static Optional<Outcome> of(ScenarioCheck check, Quarry quarry, long most, BooleanSupplier over) {
    if (quarry.preemptions().isEmpty() || check.setting().programs().size() == 1) {
      return explore(check, most, quarry.maxExecutions(), over);
    }
    Outcome outcome = check.interleave(quarry.preemptions().getAsInt(), over);
    boolean isCut = outcome.verdict() == Verdict.UNKNOWN && over.getAsBoolean();
    return isCut ? Optional.empty() : Optional.of(outcome);
  }

  /**
   * Explores so many executions, on the calling thread, so that the bound always cuts at the same
   * place. The witness is the least, if that is known briefly, else the first.
   *
   * @param maxExecutions after so many it is Unknown
   * @return nothing if it was not enough, or if it is over
   */
  static Optional<Outcome> explore(
      ScenarioCheck check, long most, long maxExecutions, BooleanSupplier over) {
    Patience patience = new Patience(most, over);
    Outcome outcome =
        most <= BRIEFLY
            ? check.explore(bounds(most), 1, Progress.NONE, patience)
            : check.exploreToFirst(bounds(most), Progress.NONE, patience);
    boolean isEnough =
        outcome.stopped().isEmpty()
            || outcome.verdict() != Verdict.UNKNOWN
            || most == maxExecutions;
    if (!isEnough || patience.isOver()) {
      return Optional.empty();
    }
    return Optional.of(
        outcome.stopped().equals(INTERRUPTED)
            ? stopped(outcome, "the steps for --max-executions " + maxExecutions)
            : outcome);
  }

  private static Outcome stopped(Outcome outcome, String why) {
    return new Outcome(
        outcome.cell(),
        outcome.verdict(),
        outcome.executions(),
        outcome.blocked(),
        outcome.seconds(),
        outcome.races(),
        outcome.witness(),
        outcome.recording(),
        why,
        outcome.estimate());
  }

  private static Bounds bounds(long executions) {
    return new Bounds(executions, Bounds.NONE.timeout(), Bounds.NONE.maxEvents());
  }

  /**
   * The one execution of a program whose CPUs are independent.
   *
   * @throws IllegalStateException if it has others: then they are not
   */
  static Outcome onlyExecution(ScenarioCheck check) {
    Outcome outcome = check.explore(bounds(2), 1, Progress.NONE, () -> false);
    if (outcome.executions() + outcome.blocked() != 1) {
      throw new IllegalStateException(
          "%s: expected one execution, because no CPU writes what another touches; found others"
              .formatted(outcome.cell()));
    }
    return outcome;
  }

  static Entry.Key key(Cell cell) {
    return new Entry.Key(ENGINE, cell.toString());
  }

  static Entry.CellDone entry(int run, Outcome outcome, String reproduce) {
    String stopped = outcome.verdict() == Verdict.UNKNOWN ? outcome.stopped() : "";
    return ExplorerTask.entry(run, ENGINE, outcome, stopped, reproduce);
  }

  static Entry.CellDone failed(int run, Cell cell, String reproduce, Throwable why) {
    return Entry.CellDone.failed(run, key(cell), 0, reproduce, why);
  }

  /** The outcome that an entry was made of, but for data races; the witness is replayed. */
  static Outcome outcome(Cell cell, Entry.CellDone done) {
    Optional<Recording> recording =
        Optional.ofNullable(done.witness())
            .map(json -> new Gson().fromJson(json, WitnessFile.class).recording());
    return new Outcome(
        cell,
        Verdict.ofWord(done.verdict()),
        done.executions(),
        0,
        done.seconds(),
        ImmutableList.of(),
        recording.map(
            choices -> new ScenarioCheck(cell, MemoryModels.named(cell.model())).replay(choices)),
        recording,
        done.stopped(),
        0);
  }
}
