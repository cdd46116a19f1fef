package org.cowcheck.variant;

import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import java.util.ArrayList;
import java.util.List;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.paths.Paths;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.variant.StepParts.Part;

/** A patch that takes further edits, one after another, as far as they change something. */
final class EditedKernel {
  private final Patch base;
  private final StepParts parts;
  private final boolean checks;
  private final List<Edit> edits;

  private EditedKernel(Patch base, StepParts parts, boolean checks) {
    this.base = base;
    this.parts = parts;
    this.checks = checks;
    this.edits = new ArrayList<>(base.edits());
  }

  EditedKernel(Patch base, StepParts parts) {
    this(base, parts, true);
  }

  /** One that takes every edit. */
  static EditedKernel unchecked(Patch base) {
    return new EditedKernel(base, null, false);
  }

  /** The edits of the base and the further ones; what undoes one of the base is not there. */
  ImmutableList<Edit> edits() {
    return ImmutableList.copyOf(edits);
  }

  /**
   * Makes an edit.
   *
   * @param step of its label
   * @return why it cannot be made, or the empty string if it was
   */
  String make(Step step, Edit edit) {
    String why = checks ? whyNot(step, edit) : "";
    if (why.isEmpty() && !(checks && undo(edit))) {
      edits.removeIf(other -> isReplacedBy(other, edit));
      edits.add(edit);
    }
    return why;
  }

  /** Takes back what the base does; whether nothing more is to do. */
  private boolean undo(Edit edit) {
    Edit opposite = opposite(edit);
    return opposite != null && edits.remove(opposite);
  }

  private static Edit opposite(Edit edit) {
    if (edit instanceof Edit.AddHunk) {
      return new Edit.DropHunk(edit.label());
    }
    if (edit instanceof Edit.DropHunk) {
      return new Edit.AddHunk(edit.label());
    }
    if (edit instanceof Edit.MakeAtomic) {
      return new Edit.MakeNonAtomic(edit.label());
    }
    if (edit instanceof Edit.MakeNonAtomic) {
      return new Edit.MakeAtomic(edit.label());
    }
    if (edit instanceof Edit.Mark) {
      return new Edit.Unmark(edit.label());
    }
    return edit instanceof Edit.Unmark ? new Edit.Mark(edit.label()) : null;
  }

  /** Whether an edit that was made is of no more use with another one. */
  private static boolean isReplacedBy(Edit made, Edit edit) {
    return made.label().equals(edit.label())
        && ((made instanceof Edit.UseFlag && edit instanceof Edit.UseFlag)
            || (made instanceof Edit.Move && edit instanceof Edit.Move)
            || (made instanceof Edit.ReplaceFence
                && (edit instanceof Edit.ReplaceFence || edit instanceof Edit.DropFence)));
  }

  private String whyNot(Step step, Edit edit) {
    if (edits.contains(edit)) {
      return base.edits().contains(edit)
          ? "%s has that already".formatted(base)
          : "this is there twice";
    }
    if (edit instanceof Edit.UseFlag) {
      return base.base().hasAnonExclusive() ? "" : "v5.17 has no PG_anon_exclusive";
    }
    if (edit instanceof Edit.AddHunk || edit instanceof Edit.DropHunk) {
      return whyNoHunk(step, edit instanceof Edit.AddHunk);
    }
    if (!isThere(step)) {
      return "(%s) is in %s, not in %s".formatted(step, step.function(), base);
    }
    if (edit instanceof Edit.Move move) {
      return whyNoMove(step, move);
    }
    if (edit instanceof Edit.InsertBefore || edit instanceof Edit.InsertAfter) {
      return "";
    }
    if (!parts.isExecuted(step.label())) {
      return "(%s) is in no scenario: nothing would change".formatted(step);
    }
    return whyNoPart(step, edit);
  }

  private Kernel kernel() {
    return new Kernel(new Patch("", "", base.base(), edits()), Platform.GENERIC, Accesses.MARKED);
  }

  /** Whether the kernel has a step, as far as its function's name tells. */
  private boolean isThere(Step step) {
    return switch (step.part()) {
      case HUNK -> kernel().has(step);
      case LATER -> kernel().adds(step);
      case PATH ->
          Kernel.isIn(base.base(), step) || edits.stream().anyMatch(Edit.AddHunk.class::isInstance);
    };
  }

  private String whyNoHunk(Step step, boolean adds) {
    if (step.part() == Step.Part.PATH) {
      return "(%s) %s: no hunk begins there; 'steps %s' shows where they do"
          .formatted(step, step.function(), step.kernelFunction());
    }
    return isThere(step) == adds
        ? "%s has %s hunk (%s) %s, %s"
            .formatted(
                base, adds ? "the" : "no", step, step.function(), adds ? "already" : "to drop")
        : "";
  }

  private static String whyNoMove(Step hunk, Edit.Move move) {
    ImmutableList<Step> known =
        Paths.all().stream()
            .map(Steps::moves)
            .map(moves -> moves.get(hunk))
            .flatMap(List::stream)
            .collect(ImmutableList.toImmutableList());
    if (known.stream().anyMatch(after -> after.label().equals(move.after()))) {
      return "";
    }
    return known.isEmpty()
        ? "the model cannot move (%s); it can move %s".formatted(hunk, movable())
        : "the model cannot move (%s) after (%s), but after (%s)"
            .formatted(
                hunk, move.after(), known.stream().map(Step::label).collect(joining("), (")));
  }

  private static String movable() {
    return Paths.all().stream()
        .map(Steps::moves)
        .map(ImmutableListMultimap::entries)
        .flatMap(entries -> entries.stream())
        .map(entry -> "(%s) after (%s)".formatted(entry.getKey(), entry.getValue()))
        .collect(joining(", "));
  }

  private String whyNoPart(Step step, Edit edit) {
    StepParts.Parts of = parts.at(step.label());
    if (edit instanceof Edit.DropFence) {
      return none(step, of.fences().isEmpty(), "fence");
    }
    if (edit instanceof Edit.ReplaceFence replace) {
      if (edits.contains(new Edit.DropFence(step.label()))) {
        return "the fence of (%s) is dropped".formatted(step);
      }
      return of.fences().size() == 1 && of.fences().contains(replace.fence())
          ? "(%s) has %s() already".formatted(step, replace.fence().kernelName())
          : none(step, !of.hasOrdinaryFence(), "fence");
    }
    if (edit instanceof Edit.DropRecheck) {
      return none(step, of, Part.RECHECK, "second look");
    }
    if (edit instanceof Edit.DropLock) {
      return none(step, of, Part.LOCK, "lock");
    }
    if (edits.contains(opposite(edit))) {
      return "";
    }
    if (edit instanceof Edit.MakeAtomic) {
      return none(step, of, Part.NON_ATOMIC, "bit operation that is not atomic");
    }
    if (edit instanceof Edit.MakeNonAtomic) {
      return none(step, of, Part.ATOMIC, "atomic bit operation that returns nothing");
    }
    return edit instanceof Edit.Mark
        ? none(step, of, Part.PLAIN, "access that is plain in the source")
        : none(step, of, Part.MARKED, "READ_ONCE or WRITE_ONCE");
  }

  private static String none(Step step, StepParts.Parts parts, Part part, String what) {
    return none(step, !parts.others().contains(part), what);
  }

  private static String none(Step step, boolean isNone, String what) {
    return isNone
        ? "(%s) %s, %s: there is no %s".formatted(step, step.function(), step.what(), what)
        : "";
  }
}
