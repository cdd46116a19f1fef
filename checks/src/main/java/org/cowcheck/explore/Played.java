package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Step;

/**
 * How a program goes along the events of a CPU.
 *
 * @param begins where its steps begin
 * @param more its fences beside those of the events
 * @param deviates whether it does anything else but these events and fences
 */
public record Played(
    ImmutableList<StepBegin> begins, ImmutableList<MoreFence> more, boolean deviates) {

  /**
   * A fence that is not among the events.
   *
   * @param step that it is in
   * @param index how many events come before it
   */
  public record MoreFence(Step step, Fence fence, int index) {}
}
