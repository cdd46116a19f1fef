package org.cowcheck.patch;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.Iterables;
import java.util.function.Consumer;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;

/**
 * The kernel that a path runs in: a patched state on a platform, as marked or as written.
 *
 * @param patch the state and the edits to it
 * @param platform whose architecture code runs
 * @param accesses how accesses that are plain in the source are modelled
 * @param onlooker is told the label of each step that an edit could bear on: that a path comes by,
 *     or whose hunk it asks for
 */
public record Kernel(Patch patch, Platform platform, Accesses accesses, Consumer<String> onlooker) {
  /** A kernel that nobody looks at. */
  public Kernel(Patch patch, Platform platform, Accesses accesses) {
    this(patch, platform, accesses, Kernel::tellNobody);
  }

  /**
   * The same, and somebody looks on. An edit whose label the onlooker is not told, in every run of
   * a program, changes nothing about the program.
   */
  public Kernel watchedBy(Consumer<String> other) {
    return new Kernel(patch, platform, accesses, other);
  }

  private static void tellNobody(String label) {
    // Nobody looks on.
  }

  /** The state that the patch starts from. */
  public KernelState state() {
    return patch.base();
  }

  /**
   * Whether a hunk is in this kernel: in its state, or added by its patch, and not left out by it.
   *
   * @param step the first step of the hunk
   */
  public boolean has(Step step) {
    checkArgument(step.part() == Step.Part.HUNK, "%s begins no hunk", step);
    onlooker.accept(step.label());
    return (isIn(state(), step) || isAdded(step))
        && !patch.edits().contains(new Edit.DropHunk(step.label()));
  }

  /**
   * Whether the hunk of a later kernel is in this one, too. Paths ask this where a fix came after
   * the kernel states.
   *
   * @param step the first step of the hunk
   */
  public boolean adds(Step step) {
    checkArgument(step.part() == Step.Part.LATER, "%s begins no hunk of a later kernel", step);
    onlooker.accept(step.label());
    return isAdded(step);
  }

  private boolean isAdded(Step step) {
    return patch.edits().contains(new Edit.AddHunk(step.label()));
  }

  /** Whether a step is in a kernel state, as what follows its function's name has it. */
  public static boolean isIn(KernelState state, Step step) {
    return StatesOfStep.have(step, state);
  }

  /**
   * Whether a hunk comes later than in the source: right after a step.
   *
   * @param step the first step of the hunk
   */
  public boolean moves(Step step, Step after) {
    onlooker.accept(step.label());
    return patch.edits().contains(new Edit.Move(step.label(), after.label()));
  }

  /** The page flag that serves as PG_anon_exclusive, such as {@code PG_slab}. */
  public String exclusiveFlag() {
    onlooker.accept(Edit.UseFlag.LABEL);
    return Iterables.getLast(
            Iterables.filter(patch.edits(), Edit.UseFlag.class),
            new Edit.UseFlag(state().aliasesSlab() ? "PG_slab" : "PG_mappedtodisk"))
        .flag();
  }

  /** A CPU on which this kernel's edits take effect; it runs on the given one. */
  public Cpu boot(Cpu cpu) {
    return new PatchedCpu(cpu, patch.edits(), accesses, onlooker);
  }
}
