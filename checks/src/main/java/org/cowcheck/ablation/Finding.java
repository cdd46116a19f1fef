package org.cowcheck.ablation;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import org.cowcheck.memory.Fence;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Verdict;

/**
 * What a part is good for under a memory model: what becomes of the cells that hold with the whole
 * patch and that the part bears on.
 *
 * @param broken those that become Sometimes without it, in the order of the catalogue
 * @param racy those that stay Never without it, but get data races
 * @param held how many stay Never without it
 * @param executions of those that stay Never
 * @param open those that a bound cut short
 * @param silent how many cells are known to come by it that are Sometimes with the whole patch, and
 *     so tell nothing
 * @param weaker what weaker barriers in its place do to the cells that become Sometimes without it
 * @param isWholeKnown whether no cell of the whole patch was cut short
 */
public record Finding(
    Part part,
    Column column,
    ImmutableList<Outcome> broken,
    ImmutableList<Outcome> racy,
    int held,
    long executions,
    ImmutableList<Outcome> open,
    int silent,
    ImmutableMap<Fence, Verdict> weaker,
    boolean isWholeKnown) {

  /** What follows. */
  public enum Role {
    /** Something breaks without it. */
    NECESSARY("necessary"),
    /** Nothing breaks without it, but there are data races. */
    AGAINST_RACES("data race"),
    /** Nothing breaks without it, all cells that it bears on are explored. */
    REDUNDANT("redundant"),
    /** It bears on cells that are Sometimes with the whole patch alone. */
    UNTOLD("untold"),
    /** It bears on no cell. */
    NOT_RUN("not run"),
    /** Nothing that was explored breaks without it. */
    UNKNOWN("Unknown");

    private final String word;

    Role(String word) {
      this.word = word;
    }

    /** The word in reports. */
    public String word() {
      return word;
    }
  }

  /** What follows. */
  public Role role() {
    if (!broken.isEmpty()) {
      return Role.NECESSARY;
    }
    if (!racy.isEmpty()) {
      return Role.AGAINST_RACES;
    }
    if (!open.isEmpty() || !isWholeKnown) {
      return Role.UNKNOWN;
    }
    if (held > 0) {
      return Role.REDUNDANT;
    }
    return silent > 0 ? Role.UNTOLD : Role.NOT_RUN;
  }

  /** How many cells it bears on, of those that hold with the whole patch. */
  public int cells() {
    return broken.size() + held + open.size();
  }

  /** The weakest barrier in its place with which nothing breaks, if there is a weaker one. */
  public Optional<Fence> sufficing() {
    return weaker.entrySet().stream()
        .filter(entry -> entry.getValue() == Verdict.NEVER)
        .map(entry -> entry.getKey())
        .findFirst();
  }

  /** Whether a bound left something open about it. */
  public boolean isOpen() {
    return !open.isEmpty() || !isWholeKnown || weaker.containsValue(Verdict.UNKNOWN);
  }
}
