package org.cowcheck.memory;

/**
 * A labelled step of a kernel path: what traces show and what patches edit.
 *
 * @param label unique in the model, such as {@code F7}
 * @param function the kernel function that the step is in; after a comma, the kernel states or the
 *     configuration in which the step is there, if not always
 * @param what what the step does, in a few words
 */
public record Step(String label, String function, String what) {
  /** The step of accesses that belong to no kernel path. */
  public static final Step NONE = new Step("", "", "");

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
