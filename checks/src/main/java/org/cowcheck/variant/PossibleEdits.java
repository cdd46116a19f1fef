package org.cowcheck.variant;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Arrays;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.paths.Paths;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.variant.StepParts.Part;

/**
 * The edits that are possible at steps, beside a barrier before or after, by the keys of the file
 * of a variant.
 */
public final class PossibleEdits {
  private final StepParts parts;

  /** Those of steps that do what is said of them. */
  public PossibleEdits(StepParts parts) {
    this.parts = parts;
  }

  /** Whether some scenario executes a step. */
  public boolean isExecuted(Step step) {
    return parts.isExecuted(step.label());
  }

  /** The names of a step's barriers. */
  public ImmutableList<String> fences(Step step) {
    return parts.at(step.label()).fences().stream()
        .map(Fence::kernelName)
        .collect(toImmutableList());
  }

  /** What can be done at a step, such as {@code fences.drop (wmb)}. */
  public ImmutableList<String> at(Step step) {
    StepParts.Parts of = parts.at(step.label());
    ImmutableList.Builder<String> edits = ImmutableList.builder();
    switch (step.part()) {
      case HUNK -> hunk(step, edits);
      case LATER -> edits.add("hunks.add");
      case PATH -> {}
    }
    for (Steps path : Paths.all()) {
      for (Step after : path.moves().get(step)) {
        edits.add("move (after %s)".formatted(after));
      }
    }
    if (!of.fences().isEmpty()) {
      edits.add("fences.drop (%s)".formatted(String.join(", ", fences(step))));
    }
    if (of.hasOrdinaryFence()) {
      edits.add("fences.replace");
    }
    add(edits, of, Part.RECHECK, "rechecks.drop");
    add(edits, of, Part.LOCK, "locks.drop");
    add(edits, of, Part.NON_ATOMIC, "atomic");
    add(edits, of, Part.ATOMIC, "nonatomic");
    add(edits, of, Part.PLAIN, "mark");
    add(edits, of, Part.MARKED, "unmark");
    return edits.build();
  }

  private static void hunk(Step step, ImmutableList.Builder<String> edits) {
    ImmutableSet<KernelState> states =
        Arrays.stream(KernelState.values())
            .filter(state -> Kernel.isIn(state, step))
            .collect(ImmutableSet.toImmutableSet());
    edits.add("hunks.drop (%s)".formatted(names(states)));
    if (states.size() < KernelState.values().length) {
      edits.add(
          "hunks.add (%s)"
              .formatted(
                  names(
                      Arrays.stream(KernelState.values())
                          .filter(state -> !states.contains(state))
                          .collect(ImmutableSet.toImmutableSet()))));
    }
  }

  private static String names(ImmutableSet<KernelState> states) {
    return states.stream().map(KernelState::name).collect(joining(", "));
  }

  private static void add(
      ImmutableList.Builder<String> edits, StepParts.Parts of, Part part, String edit) {
    if (of.others().contains(part)) {
      edits.add(edit);
    }
  }
}
