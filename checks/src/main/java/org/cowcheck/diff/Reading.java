package org.cowcheck.diff;

import com.google.common.collect.ImmutableList;
import org.cowcheck.patch.Patch;

/**
 * What a diff means to the model.
 *
 * @param patch the base with what the model has names for
 * @param base what the diff was applied to
 * @param whyBase why that one, in a few words
 * @param rows one for each modelled change and each that is not, in the order of the diff; every
 *     changed line of the diff is in one
 * @param notes on the text that was read, such as line ends that were changed
 */
public record Reading(
    Patch patch, Patch base, String whyBase, ImmutableList<Row> rows, ImmutableList<String> notes) {

  /** The number of changed lines in rows that are modelled, or in those that are not. */
  public int changedLines(boolean modelled) {
    return rows.stream()
        .filter(row -> row.isModelled() == modelled)
        .mapToInt(row -> row.lines().size())
        .sum();
  }

  /**
   * One change.
   *
   * @param file its path in the kernel's tree
   * @param hunk its number in the file, from 1
   * @param line of its first changed line in the text that was read, from 1
   * @param function the kernel function, or the empty string
   * @param modelledAs what it is in the model; the empty string if it is nothing there
   * @param lines the changed lines, with their {@code +} or {@code -}
   * @param note why it is not modelled, if there is more to say than that nobody knows it
   */
  public record Row(
      String file,
      int hunk,
      int line,
      String function,
      String modelledAs,
      ImmutableList<String> lines,
      String note) {

    /** Whether it means something to the model. */
    public boolean isModelled() {
      return !modelledAs.isEmpty();
    }
  }
}
