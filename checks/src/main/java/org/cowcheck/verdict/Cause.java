package org.cowcheck.verdict;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.cowcheck.memory.Word;

/**
 * Why executions go wrong, in words that do not depend on the program that shows it: kernel steps,
 * and the words that they access, without the names of pages and CPUs.
 *
 * @param broken the invariant, see {@link #invariant}
 * @param order what is enough: wherever accesses come in this order, the invariant is broken; all
 *     of it is needed. Empty if every order breaks it, or if it takes one CPU only
 * @param effects the steps whose stores the invariant would not be broken without, and what was
 *     noted that it would not be broken without
 * @param reordered the pairs of accesses of one CPU whose reordering makes it possible; empty if an
 *     interleaving is enough
 */
public record Cause(
    String broken,
    ImmutableList<Before> order,
    ImmutableSet<String> effects,
    ImmutableList<Swap> reordered) {
  private static final Pattern READER = Pattern.compile("^\\w+\\(\\) (?=said )");
  private static final Pattern WHERE = Pattern.compile(" \\(.*\\)$");

  /**
   * An access that comes before one of another CPU, such as "C8 load _refcount" before "G11 store
   * _refcount".
   *
   * @param same what is so in the same executions: pairs in the same words, with "before" between
   */
  public record Before(String first, String second, ImmutableSet<String> same) {
    /** In words. */
    public String words() {
      return first + " before " + second;
    }

    private boolean isAlike(Before other) {
      return words().equals(other.words()) || !Sets.intersection(same, other.same).isEmpty();
    }

    @Override
    public String toString() {
      return words();
    }
  }

  /** Two accesses of one CPU, in program order; the second takes effect first. */
  public record Swap(String first, String second) {
    @Override
    public String toString() {
      return second + " before " + first;
    }
  }

  /**
   * An access in words that do not depend on the program, such as {@code C8 load _refcount}: of the
   * name of its word the last part that is no number, without a number at its end.
   */
  public static String access(String label, String verb, Word word) {
    String[] parts = word.name().split("\\.", -1);
    int last = parts.length - 1;
    while (last > 0 && parts[last].matches("\\d*")) {
      last--;
    }
    return label + " " + verb + " " + parts[last].replaceFirst("(?<=[a-z])\\d+$", "");
  }

  /** What is broken, without the page, the time and the reader that a report names. */
  public static String invariant(String broken) {
    return READER.matcher(WHERE.matcher(broken).replaceFirst("")).replaceFirst("a reader ");
  }

  /** Whether it is the same: seen from another start, or in a longer program. */
  public boolean isSame(Cause other) {
    if (!broken.equals(other.broken) || reordered.isEmpty() != other.reordered.isEmpty()) {
      return false;
    }
    boolean isSequential = order.isEmpty() && other.order.isEmpty();
    return isSequential ? effects.equals(other.effects) : hasSameOrder(other);
  }

  private boolean hasSameOrder(Cause other) {
    List<Before> left = new ArrayList<>(other.order);
    for (Before mine : order) {
      int found = -1;
      for (int i = 0; i < left.size() && found < 0; i++) {
        found = mine.isAlike(left.get(i)) ? i : -1;
      }
      if (found < 0) {
        return false;
      }
      left.remove(found);
    }
    return left.isEmpty();
  }

  /** Whether one CPU is enough here, and the other comes to the same wrong state by two. */
  public boolean isSequentialFormOf(Cause other) {
    return order.isEmpty()
        && broken.equals(other.broken)
        && !effects.isEmpty()
        && effects.equals(other.effects);
  }

  /** Whether it breaks the same by the same reordering, or by a part of the same order. */
  public boolean isAlike(Cause other) {
    return broken.equals(other.broken)
        && (reordered.stream().anyMatch(other.reordered::contains)
            || order.stream().anyMatch(mine -> other.order.stream().anyMatch(mine::isAlike)));
  }

  /** What is the same in a cause that is alike, in words. */
  public String likeness(Cause other) {
    for (Swap swap : reordered) {
      if (other.reordered.contains(swap)) {
        return "the same reordering: " + swap;
      }
    }
    for (Before mine : order) {
      if (other.order.stream().anyMatch(mine::isAlike)) {
        return "the same order: " + mine;
      }
    }
    return "";
  }
}
