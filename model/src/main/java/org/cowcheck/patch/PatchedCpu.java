package org.cowcheck.patch;

import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.Multimaps;
import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.ForwardingCpu;
import org.cowcheck.memory.Order;
import org.cowcheck.memory.Step;

/**
 * A CPU on which a patch's edits take effect, so that kernel paths need not ask for each of them.
 *
 * <p>A barrier after a step is executed when the next step begins; nothing that a memory model sees
 * lies between.
 */
final class PatchedCpu extends ForwardingCpu {
  private final ImmutableListMultimap<String, Edit> edits;
  private final Order plainInSource;
  private List<Edit> current = List.of();
  private Step step = Step.NONE;
  private boolean dropsFences;

  PatchedCpu(Cpu engine, List<Edit> edits, Accesses accesses) {
    super(engine);
    this.edits = Multimaps.index(edits, Edit::label);
    this.plainInSource = accesses == Accesses.AS_WRITTEN ? Order.PLAIN : Order.ONCE;
  }

  @Override
  protected Order plainInSource() {
    return plainInSource;
  }

  @Override
  public Cpu at(Step next) {
    for (Edit edit : current) {
      if (edit instanceof Edit.InsertAfter insert) {
        insert(insert.fence(), "after");
      }
    }
    step = next;
    current = edits.get(next.label());
    dropsFences = false;
    for (Edit edit : current) {
      if (edit instanceof Edit.InsertBefore insert) {
        insert(insert.fence(), "before");
      } else if (edit instanceof Edit.DropFence) {
        dropsFences = true;
      }
    }
    super.at(next);
    return this;
  }

  private void insert(Fence fence, String where) {
    super.at(
        new Step(
            step.label() + "+",
            step.function(),
            fence.kernelName() + " that the patch puts " + where + " " + step.label()));
    super.fence(fence);
  }

  @Override
  protected void fence(Fence fence) {
    if (!dropsFences) {
      super.fence(fence);
    }
  }
}
