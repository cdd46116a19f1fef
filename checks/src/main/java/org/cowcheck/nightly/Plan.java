package org.cowcheck.nightly;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Multimaps;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.JournalContents;

/**
 * The tasks of a night, in the order in which they are begun.
 *
 * @param tasks each once
 */
public record Plan(ImmutableList<Task> tasks) {

  /**
   * One part of a grid.
   *
   * @param part from 1
   * @param parts how many there are
   */
  public record Shard(int part, int parts) {
    /** Everything. */
    public static final Shard WHOLE = new Shard(1, 1);

    public Shard {
      checkArgument(parts >= 1 && part >= 1 && part <= parts, "no part %s of %s", part, parts);
    }

    /** Whether a task is in this part: a matter of its name alone. */
    boolean has(Task task) {
      return has(task.key().engine() + " " + task.key().cell());
    }

    /** Whether what has this name is in this part. */
    public boolean has(String name) {
      return parts == 1
          || Hashing.consistentHash(
                  Hashing.farmHashFingerprint64().hashString(name, StandardCharsets.UTF_8), parts)
              == part - 1;
    }

    @Override
    public String toString() {
      return part + "/" + parts;
    }
  }

  /** The engines, in the order in which they come: the one that proves, then those that sample. */
  public static final ImmutableList<String> ENGINES =
      ImmutableList.of(ExplorerTask.ENGINE, LincheckCell.ENGINE, StressTask.ENGINE);

  /** The tasks of a shard, as they are. */
  public static Plan of(List<Task> tasks, Shard shard) {
    return new Plan(tasks.stream().filter(shard::has).collect(ImmutableList.toImmutableList()));
  }

  /**
   * By engine; of an engine those that no run has finished come first, then the cheapest: by what
   * they took when they were last finished. A bound that was reached is no finish.
   */
  public Plan ordered(JournalContents before) {
    Map<Entry.Key, Double> seconds = new HashMap<>();
    for (Entry entry : before.entries()) {
      if (entry instanceof Entry.CellDone done && isFinished(done)) {
        seconds.put(done.key(), done.seconds());
      }
    }
    return new Plan(
        tasks.stream()
            .sorted(
                Comparator.comparing((Task task) -> ENGINES.indexOf(task.key().engine()))
                    .thenComparing(task -> seconds.getOrDefault(task.key(), -1.0))
                    .thenComparing(task -> task.key().engine())
                    .thenComparing(task -> task.key().cell()))
            .collect(ImmutableList.toImmutableList()));
  }

  /** The engines that have tasks. */
  public ImmutableSet<String> engines() {
    return tasks.stream().map(task -> task.key().engine()).collect(ImmutableSet.toImmutableSet());
  }

  /** The tasks of one engine after the other. */
  ImmutableList<Plan> phases() {
    return Multimaps.index(tasks, task -> task.key().engine()).asMap().values().stream()
        .map(phase -> new Plan(ImmutableList.copyOf(phase)))
        .collect(ImmutableList.toImmutableList());
  }

  /** Whether its tasks want the machine for themselves, one after the other. */
  boolean isOneByOne() {
    return tasks.stream().anyMatch(task -> task.key().engine().equals(StressTask.ENGINE));
  }

  private static boolean isFinished(Entry.CellDone done) {
    return done.stopped().isEmpty() && !done.verdict().equals(Entry.CellDone.FAILED);
  }

  /** Those that are not among what a run has finished. */
  public Plan without(ImmutableMap<Entry.Key, Entry.CellDone> finished) {
    return new Plan(
        tasks.stream()
            .filter(task -> !finished.containsKey(task.key()))
            .collect(ImmutableList.toImmutableList()));
  }

  /** A digest of the tasks, whatever their order; another plan has another. */
  public String digest() {
    return Hashing.sha256()
        .hashString(
            tasks.stream()
                .map(task -> task.key() + " " + task.reproduce())
                .sorted()
                .collect(Collectors.joining("\n")),
            StandardCharsets.UTF_8)
        .toString()
        .substring(0, 16);
  }
}
