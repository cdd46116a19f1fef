package org.cowcheck.memory;

/**
 * A labelled step of a kernel path: what traces show and what patches edit.
 *
 * @param label unique in the model, such as {@code F7}
 * @param function the kernel function that the step is in; after a comma, the kernel states or the
 *     configuration in which the step is there, if not always
 * @param what what the step does, in a few words
 * @param partner for a barrier, the label of the step whose barrier it is paired with; else empty
 * @param part whether a patch may leave the step out, or add it
 */
public record Step(String label, String function, String what, String partner, Part part) {
  /** The step of accesses that belong to no kernel path. */
  public static final Step NONE = new Step("", "", "");

  /** What a step is to a patch. */
  public enum Part {
    /** It is there wherever its path is. */
    PATH,
    /** The first step of a hunk that is in the kernel states that its function names, or in all. */
    HUNK,
    /** The first step of a hunk that no kernel state has: it came later, or was proposed only. */
    LATER
  }

  /** A step without a barrier, or whose barrier has no partner. */
  public Step(String label, String function, String what) {
    this(label, function, what, "", Part.PATH);
  }

  /** The kernel function alone. */
  public String kernelFunction() {
    int comma = function.indexOf(',');
    return comma < 0 ? function : function.substring(0, comma);
  }

  @Override
  public String toString() {
    return label;
  }
}
