package org.cowcheck.memory;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;

/** The labelled steps of one kernel path, in program order; filled while its class loads. */
public final class Steps {
  private final String path;
  private final Class<?> source;
  private final List<Step> steps = new ArrayList<>();

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
    Step step = new Step(label, function, what, partner);
    steps.add(step);
    return step;
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
