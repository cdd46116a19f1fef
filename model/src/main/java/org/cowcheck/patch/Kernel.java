package org.cowcheck.patch;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;

/**
 * The kernel that a path runs in: a patched state on a platform, as marked or as written.
 *
 * @param patch the state and the edits to it
 * @param platform whose architecture code runs
 * @param accesses how accesses that are plain in the source are modelled
 */
public record Kernel(Patch patch, Platform platform, Accesses accesses) {

  /** The state that the patch starts from. */
  public KernelState state() {
    return patch.base();
  }

  /**
   * Whether the hunk that added a step is in this kernel. Paths ask this where the kernel state's
   * series added steps that a patch may leave out again.
   *
   * @param step the first step of the hunk
   */
  public boolean has(Step step) {
    return !patch.edits().contains(new Edit.DropHunk(step.label()));
  }

  /**
   * Whether the hunk of a later kernel that a step is part of is in this one, too. Paths ask this
   * where a fix came after the kernel states.
   *
   * @param step the first step of the hunk
   */
  public boolean adds(Step step) {
    return patch.edits().contains(new Edit.AddHunk(step.label()));
  }

  /** A CPU on which this kernel's edits take effect; it runs on the given one. */
  public Cpu boot(Cpu cpu) {
    return new PatchedCpu(cpu, patch.edits(), accesses);
  }
}
