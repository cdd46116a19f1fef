package org.cowcheck.nightly;

import com.google.common.collect.HashMultimap;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.SetMultimap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.JournalContents;

/**
 * What is otherwise than before, or than it should be.
 *
 * @param kind what is otherwise
 * @param cell of which engine and cell
 * @param before in words
 * @param after in words
 */
public record Change(Kind kind, Entry.Key cell, String before, String after) {

  /** What may change, the worst first. */
  public enum Kind {
    /** A Sometimes, or what another engine calls a failure, that was none before. */
    NEW_SOMETIMES("new Sometimes"),
    /** A Never that is none any more. */
    LOST_NEVER("lost Never"),
    /** An engine has seen what another calls impossible. */
    ENGINES("engines disagree"),
    /** Another change of the verdict, or of its data races. */
    VERDICT("other verdict"),
    /** The same verdict by another number of executions. */
    EXECUTIONS("other number of executions"),
    /** Something was observed that no run before observed. */
    NEW_OUTCOME("outcome never seen before"),
    /** An engine did not answer. */
    FAILED("failed"),
    /** A cell that was there is not there. */
    GONE("not done");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    /** The kind in words. */
    public String words() {
      return words;
    }
  }

  private static final String SOMETIMES = "Sometimes";
  private static final String NEVER = "Never";

  /** What is otherwise in the cells of one run than in those of another, in order of the cells. */
  public static ImmutableList<Change> between(
      ImmutableMap<Entry.Key, Entry.CellDone> before,
      ImmutableMap<Entry.Key, Entry.CellDone> after) {
    ImmutableList.Builder<Change> changes = ImmutableList.builder();
    before.forEach(
        (key, then) -> {
          Entry.CellDone now = after.get(key);
          if (now == null) {
            changes.add(new Change(Kind.GONE, key, then.verdict(), "nothing"));
          } else {
            changes.addAll(of(then, now));
          }
        });
    return changes.build();
  }

  /** As {@link #between}, without outcomes that a run before the last has seen. */
  public static ImmutableList<Change> since(
      JournalContents contents, int last, ImmutableMap<Entry.Key, Entry.CellDone> now) {
    SetMultimap<Entry.Key, String> seen = HashMultimap.create();
    for (Entry entry : contents.entries()) {
      if (entry instanceof Entry.CellDone done && done.run() <= last) {
        seen.putAll(done.key(), names(done.outcomes()));
      }
    }
    return between(contents.cells(last), now).stream()
        .filter(
            change ->
                change.kind() != Kind.NEW_OUTCOME
                    || !seen.containsEntry(change.cell(), change.after()))
        .collect(ImmutableList.toImmutableList());
  }

  private static ImmutableList<Change> of(Entry.CellDone then, Entry.CellDone now) {
    if (!summary(then).equals(summary(now))) {
      return ImmutableList.of(
          new Change(kind(then.verdict(), now.verdict()), now.key(), summary(then), summary(now)));
    }
    ImmutableList.Builder<Change> changes = ImmutableList.builder();
    boolean bothWhole = then.stopped().isEmpty() && now.stopped().isEmpty();
    if (bothWhole && then.outcomes().isEmpty() && then.executions() != now.executions()) {
      changes.add(
          new Change(
              Kind.EXECUTIONS,
              now.key(),
              "%,d".formatted(then.executions()),
              "%,d".formatted(now.executions())));
    }
    Set<String> seen = new HashSet<>(names(then.outcomes()));
    for (String outcome : names(now.outcomes())) {
      if (!seen.contains(outcome)) {
        changes.add(new Change(Kind.NEW_OUTCOME, now.key(), "not seen", outcome));
      }
    }
    return changes.build();
  }

  private static List<String> names(List<Entry.Count> outcomes) {
    return outcomes.stream().map(Entry.Count::outcome).toList();
  }

  /** The verdict, and whether there are data races beside. */
  static String summary(Entry.CellDone done) {
    return done.races().isEmpty() ? done.verdict() : done.verdict() + " (data race)";
  }

  /** The kind of a change of verdicts. */
  static Kind kind(String before, String after) {
    if (after.equals(Entry.CellDone.FAILED)) {
      return Kind.FAILED;
    }
    if (after.equals(SOMETIMES) && !before.equals(SOMETIMES)) {
      return Kind.NEW_SOMETIMES;
    }
    return before.equals(NEVER) && !after.equals(NEVER) ? Kind.LOST_NEVER : Kind.VERDICT;
  }

  /** The change in one line. */
  @Override
  public String toString() {
    if (kind == Kind.ENGINES) {
      return "%s: %s: %s, %s".formatted(kind.words(), cell.cell(), before, after);
    }
    return "%s: %s: %s before, %s now".formatted(kind.words(), cell.cell(), before, after);
  }
}
