package org.cowcheck.memory;

/**
 * A labelled step of a kernel path: what traces show and what patches edit.
 *
 * @param label unique in the model, such as {@code F7}
 * @param function the kernel function that the step is in, with its state where it matters
 * @param what what the step does, in a few words
 */
public record Step(String label, String function, String what) {
  /** The step of accesses that belong to no kernel path. */
  public static final Step NONE = new Step("", "", "");

  @Override
  public String toString() {
    return label;
  }
}
