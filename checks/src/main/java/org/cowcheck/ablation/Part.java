package org.cowcheck.ablation;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Fence;

/**
 * One thing that a patch does and could do without.
 *
 * @param id the label of its step, and for an inserted barrier on which side of it
 * @param name what the patch without it is called, after {@code -without-}
 * @param kind what it is
 * @param title what it is and in which function, in a few words
 * @param what what the step does, or the empty string
 * @param dropping what makes the patch one without it
 * @param weaker for a barrier, the weaker ones that could stand in its place, the weakest first
 */
public record Part(
    String id,
    String name,
    Kind kind,
    String title,
    String what,
    Change dropping,
    ImmutableList<Weaker> weaker) {

  /** What a part can be. */
  public enum Kind {
    HUNK("hunk"),
    FENCE("barrier"),
    RECHECK("second look"),
    /** An edit that takes something away; dropping it puts that back. */
    OMISSION("omission"),
    EDIT("edit");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** The word in reports. */
    public String word() {
      return word;
    }
  }

  /** A weaker barrier in the place of one. */
  public record Weaker(Fence fence, Change change) {}
}
