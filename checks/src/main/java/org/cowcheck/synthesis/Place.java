package org.cowcheck.synthesis;

import com.google.common.collect.ImmutableSortedSet;
import java.util.List;
import org.cowcheck.explore.StepBegin;
import org.cowcheck.memory.Fence;
import org.cowcheck.patch.Edit;

/**
 * A place for a fence.
 *
 * @param label of a step
 * @param after whether it is right after the step, and not right before it
 */
record Place(String label, boolean after) {

  /** The edit that puts a fence here. */
  Edit edit(Fence fence) {
    return after ? new Edit.InsertAfter(label, fence) : new Edit.InsertBefore(label, fence);
  }

  /**
   * Where this is in one run of a CPU: each time, how many events come before it. A fence after the
   * last step of all is not executed.
   */
  ImmutableSortedSet<Integer> in(List<StepBegin> begins) {
    ImmutableSortedSet.Builder<Integer> indices = ImmutableSortedSet.naturalOrder();
    for (int i = 0; i < begins.size(); i++) {
      if (begins.get(i).step().label().equals(label) && (!after || i + 1 < begins.size())) {
        indices.add(begins.get(after ? i + 1 : i).index());
      }
    }
    return indices.build();
  }
}
