package org.cowcheck.hunt;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import org.cowcheck.ablation.Column;
import org.cowcheck.journal.Entry;
import org.cowcheck.verdict.Cell;

/**
 * What a hunt has brought home.
 *
 * @param run its number in the journal
 * @param sizes what became of the programs, the smallest first
 * @param violations in order of the programs, then of the models
 * @param answers of all programs that were run, in the same order
 * @param begun what was begun, and needs more time
 * @param unwritten how many answers could not be written to the journal
 */
public record Bag(
    int run,
    ImmutableList<OfSize> sizes,
    ImmutableList<Violation> violations,
    ImmutableList<Entry.CellDone> answers,
    ImmutableList<Begun> begun,
    long unwritten) {

  /**
   * A program that has more executions than there was time for.
   *
   * @param executions so many were explored, and broke nothing, or the steps for so many
   */
  public record Begun(Cell cell, long executions) {}

  /**
   * The programs of one size.
   *
   * @param programs how many there are
   * @param columns what became of them under each model and platform
   */
  public record OfSize(int size, long programs, ImmutableList<Fates> columns) {

    /** How many are not answered under a model. */
    public long left(Fates fates) {
      return programs - fates.counts().values().stream().mapToLong(Long::longValue).sum();
    }

    /** How many are not answered, over all models and platforms. */
    public long left() {
      return columns.stream().mapToLong(this::left).sum();
    }
  }

  /** How many programs of a size had each fate under a model. */
  public record Fates(Column column, ImmutableMap<Fate, Long> counts) {
    /** How many had one of them. */
    public long count(Fate fate) {
      return counts.getOrDefault(fate, 0L);
    }
  }

  /** How many answers are missing. */
  public long left() {
    return sizes.stream().mapToLong(OfSize::left).sum();
  }
}
