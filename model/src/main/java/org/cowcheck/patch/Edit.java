package org.cowcheck.patch;

import org.cowcheck.memory.Fence;

/** One change that a patch makes to a labelled step. */
public sealed interface Edit {

  /** The label of the step that is edited, or of the first step of the hunk. */
  String label();

  /** Leaves out a hunk of the state's own patch series: the steps it added. */
  record DropHunk(String label) implements Edit {}

  /** Adds a hunk of a later kernel: the steps that it adds. */
  record AddHunk(String label) implements Edit {}

  /** Leaves out the barriers of a step; what begins or ends a section is none. */
  record DropFence(String label) implements Edit {}

  /**
   * Leaves out the locks that a step takes, and their unlocks: spinlocks, and bits of a word that
   * serve as locks. An attempt to take such a lock then succeeds. A section that the step begins,
   * of RCU or with interrupts off, is left out as well.
   */
  record DropLock(String label) implements Edit {}

  /** Leaves out the second looks of a step: each finds what it expects. */
  record DropRecheck(String label) implements Edit {}

  /** Puts another barrier in the place of those of a step. */
  record ReplaceFence(String label, Fence fence) implements Edit {}

  /** Makes the bit operations of a step atomic, and relaxed, that are not atomic in the source. */
  record MakeAtomic(String label) implements Edit {}

  /**
   * Makes the bit operations of a step that return nothing and are atomic in the source a load and
   * a store of the whole word, both plain in source.
   */
  record MakeNonAtomic(String label) implements Edit {}

  /** Marks the accesses of a step that are plain in the source: READ_ONCE and WRITE_ONCE. */
  record Mark(String label) implements Edit {}

  /** Takes the marks off the accesses of a step that are READ_ONCE or WRITE_ONCE in the source. */
  record Unmark(String label) implements Edit {}

  /**
   * Moves a hunk.
   *
   * @param label of its first step
   * @param after the label of the step that it comes right after
   */
  record Move(String label, String after) implements Edit {}

  /**
   * Has another page flag serve as PG_anon_exclusive.
   *
   * @param flag its name, such as {@code PG_slab}
   */
  record UseFlag(String flag) implements Edit {
    /** What stands for the label of a step. */
    public static final String LABEL = "PG_anon_exclusive";

    @Override
    public String label() {
      return LABEL;
    }
  }

  /** Puts a barrier right before a step. */
  record InsertBefore(String label, Fence fence) implements Edit {}

  /** Puts a barrier right after a step. */
  record InsertAfter(String label, Fence fence) implements Edit {}
}
