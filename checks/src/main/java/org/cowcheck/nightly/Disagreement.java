package org.cowcheck.nightly;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import org.cowcheck.hardware.StressResult;
import org.cowcheck.journal.Entry;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;

/**
 * Where engines contradict each other: Lincheck or jcstress has seen what the explorer calls
 * impossible. That they have not seen what it calls possible says nothing.
 */
public final class Disagreement {
  private static final String NEVER = "Never";
  private static final String SOMETIMES = "Sometimes";
  private static final String INTERESTING =
      "(" + StressResult.Expected.ACCEPTABLE_INTERESTING.word() + ")";

  private static final String IMPOSSIBLE = "(" + StressResult.Expected.IMPOSSIBLE.word() + ")";

  private Disagreement() {}

  /**
   * The contradictions in the finished cells of a plan, in order of the plan.
   *
   * @param expectations what the explorer says of cells that it has not explored this night
   */
  public static ImmutableList<Change> all(
      Plan plan, ImmutableMap<Entry.Key, Entry.CellDone> cells, Expectations expectations) {
    ImmutableList.Builder<Change> changes = ImmutableList.builder();
    for (Task task : plan.tasks()) {
      Entry.CellDone done = cells.get(task.key());
      if (done != null && !(task instanceof ExplorerTask)) {
        Optional<String> explorer =
            task.byExplorer().flatMap(cell -> answer(cell, cells, expectations));
        of(task, done, explorer).ifPresent(changes::add);
      }
    }
    return changes.build();
  }

  /** What the explorer says of a cell, in this run or on record. */
  private static Optional<String> answer(
      Cell cell, ImmutableMap<Entry.Key, Entry.CellDone> cells, Expectations expectations) {
    Entry.CellDone done = cells.get(new Entry.Key(ExplorerTask.ENGINE, cell.toString()));
    return done == null || done.verdict().equals(Entry.CellDone.FAILED)
        ? expectations.summary(cell)
        : Optional.of(Change.summary(done));
  }

  private static Optional<Change> of(Task task, Entry.CellDone done, Optional<String> explorer) {
    Optional<String> impossible = firstOf(done, IMPOSSIBLE);
    if (impossible.isPresent()) {
      return Optional.of(
          new Change(
              Change.Kind.ENGINES,
              done.key(),
              "explorer " + explorer.orElse("without an answer"),
              done.engine() + " saw: " + impossible.orElseThrow()));
    }
    String seen = seen(task, done);
    if (seen.isEmpty()) {
      return Optional.empty();
    }
    if (explorer.isEmpty() || (task instanceof StressTask && done.verdict().equals(SOMETIMES))) {
      return done.verdict().equals(SOMETIMES)
          ? Optional.of(
              new Change(
                  Change.Kind.ENGINES,
                  done.key(),
                  explorer.map(says -> "explorer " + says).orElse("nothing is known to go wrong"),
                  done.engine() + " saw: " + seen))
          : Optional.empty();
    }
    return explorer.orElseThrow().equals(NEVER)
        ? Optional.of(
            new Change(
                Change.Kind.ENGINES, done.key(), "explorer Never", done.engine() + " saw: " + seen))
        : Optional.empty();
  }

  /** What has gone wrong in a cell, or the empty string. */
  private static String seen(Task task, Entry.CellDone done) {
    if (!done.broken().isEmpty()) {
      return done.broken();
    }
    if (task instanceof StressTask stress && !stress.test().patch().isEmpty()) {
      return firstOf(done, INTERESTING).orElse("");
    }
    return "";
  }

  private static Optional<String> firstOf(Entry.CellDone done, String kind) {
    return done.outcomes().stream()
        .map(Entry.Count::outcome)
        .filter(outcome -> outcome.endsWith(kind))
        .findFirst();
  }
}
