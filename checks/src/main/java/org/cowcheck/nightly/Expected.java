package org.cowcheck.nightly;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import org.cowcheck.journal.Entry;
import org.cowcheck.verdict.Expectations;

/** What cells are held against: the verdicts on record. */
public final class Expected {
  private Expected() {}

  /** The finished cells of a plan that are not as on record, in order of the plan. */
  public static ImmutableList<Change> differences(
      Plan plan, ImmutableMap<Entry.Key, Entry.CellDone> cells, Expectations expectations) {
    ImmutableList.Builder<Change> changes = ImmutableList.builder();
    for (Task task : plan.tasks()) {
      Entry.CellDone done = cells.get(task.key());
      if (done != null && task instanceof ExplorerTask explorer) {
        Optional<String> recorded = expectations.summary(explorer.cell());
        recorded
            .filter(summary -> !summary.equals(Change.summary(done)))
            .ifPresent(
                summary ->
                    changes.add(
                        new Change(
                            Change.kind(summary, done.verdict()),
                            done.key(),
                            summary,
                            Change.summary(done))));
      }
    }
    return changes.build();
  }
}
