package org.cowcheck.synthesis;

import org.cowcheck.memory.Step;
import org.cowcheck.patch.Edit;

/** Edits in words that say what, and where in which kernel function. */
final class Wording {
  private Wording() {}

  /** A step, such as {@code E2 in page_maybe_dma_pinned()}. */
  static String of(Step step) {
    return step.label() + " in " + step.kernelFunction() + "()";
  }

  /** An edit, such as {@code smp_mb() before E2 in page_maybe_dma_pinned()}. */
  static String of(Candidate candidate) {
    String step = of(candidate.step());
    if (candidate.change() instanceof Change.Undo undo) {
      return "keep what '%s' leaves out: %s".formatted(name(undo.edit()), step);
    }
    Edit edit = ((Change.Add) candidate.change()).edit();
    if (candidate.isFence()) {
      return "%s() %s %s"
          .formatted(candidate.kind().word(), candidate.place().after() ? "after" : "before", step);
    }
    return switch (candidate.kind()) {
      case MARK -> "READ_ONCE() and WRITE_ONCE() at " + step;
      case ATOMIC -> "atomic bit operations at " + step;
      default -> "%s: %s".formatted(name(edit), step);
    };
  }

  private static String name(Edit edit) {
    return edit.getClass().getSimpleName() + " " + edit.label();
  }
}
