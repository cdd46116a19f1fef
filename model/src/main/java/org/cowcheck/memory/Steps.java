package org.cowcheck.memory;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ListMultimap;
import com.google.common.collect.MultimapBuilder;
import java.util.ArrayList;
import java.util.List;

/** The labelled steps of one kernel path, in program order; filled while its class loads. */
public final class Steps {
  private final String path;
  private final Class<?> source;
  private final List<Step> steps = new ArrayList<>();
  private final ListMultimap<Step, Step> moves =
      MultimapBuilder.linkedHashKeys().arrayListValues().build();

  /** The steps of a path that is known by this name, such as {@code put_page}. */
  public Steps(String path) {
    this.path = path;
    this.source =
        StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE).getCallerClass();
  }

  /** Adds a step; see {@link Step} for what the words mean. */
  public Step step(String label, String function, String what) {
    return barrier(label, function, what, "");
  }

  /** Adds a step with a barrier that is paired with that of another step. */
  public Step barrier(String label, String function, String what, String partner) {
    return add(label, function, what, partner, Step.Part.PATH);
  }

  /** Adds the first step of a hunk, see {@link Step.Part#HUNK}. */
  public Step hunk(String label, String function, String what) {
    return hunk(label, function, what, "");
  }

  /** The same, with a barrier that is paired with that of another step. */
  public Step hunk(String label, String function, String what, String partner) {
    return add(label, function, what, partner, Step.Part.HUNK);
  }

  /** Adds the first step of a hunk that no kernel state has. */
  public Step later(String label, String function, String what) {
    return later(label, function, what, "");
  }

  /** The same, with a barrier that is paired with that of another step. */
  public Step later(String label, String function, String what, String partner) {
    return add(label, function, what, partner, Step.Part.LATER);
  }

  private Step add(String label, String function, String what, String partner, Step.Part part) {
    Step step = new Step(label, function, what, partner, part);
    steps.add(step);
    return step;
  }

  /** Says that a patch may move a hunk: from where it stands to right after a step. */
  public void mayMove(Step hunk, Step after) {
    moves.put(hunk, after);
  }

  /** Where a patch may move hunks of this path: each with the steps that it may come after. */
  public ImmutableListMultimap<Step, Step> moves() {
    return ImmutableListMultimap.copyOf(moves);
  }

  /** The name of the path. */
  public String path() {
    return path;
  }

  /** The class that the path is written in: the one that made this. */
  public Class<?> source() {
    return source;
  }

  /** The steps in program order. */
  public ImmutableList<Step> all() {
    return ImmutableList.copyOf(steps);
  }
}
