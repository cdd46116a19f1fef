package org.cowcheck.ablation;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static com.google.common.collect.ImmutableSet.toImmutableSet;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Iterables;
import com.google.common.collect.Maps;
import java.util.Locale;
import java.util.function.Function;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Step;
import org.cowcheck.mm.paths.Paths;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.SeedPatches;

/**
 * The parts of a patch: its edits, and the barriers and second looks that its hunks bring.
 *
 * <p>On the RFC series a patch is the seed, or a respin of it: what it is made of is counted from
 * the series without the seed, so hunks of the seed that it has are parts of it.
 */
public final class Parts {
  private static final ImmutableMap<String, Step> STEPS =
      Maps.uniqueIndex(
          Paths.all().stream().flatMap(path -> path.all().stream()).iterator(), Step::label);

  private static final ImmutableSet<String> SEED =
      SeedPatches.S1_WITHOUT_SEED.edits().stream().map(Edit::label).collect(toImmutableSet());

  private final Patch patch;
  private final ImmutableList.Builder<Part> parts = ImmutableList.builder();

  private Parts(Patch patch) {
    this.patch = patch;
  }

  /** The parts of a patch; none if it is a kernel state as it is. */
  public static ImmutableList<Part> of(Patch patch) {
    Parts all = new Parts(patch);
    if (patch.base() == KernelState.S1) {
      all.hunksOfSeed();
    }
    patch.edits().forEach(all::edit);
    return all.parts.build();
  }

  /** A patch without one of its parts. */
  public static Patch without(Patch patch, Part part) {
    return part.dropping()
        .of(
            patch,
            patch.name() + "-without-" + part.name(),
            patch.title() + ", without " + part.title());
  }

  private boolean isOfSeed(Edit edit) {
    return patch.base() == KernelState.S1
        && edit instanceof Edit.DropHunk
        && SEED.contains(edit.label());
  }

  private void hunksOfSeed() {
    ImmutableSet<String> barriers =
        SEED.stream().filter(HunkSteps::isOnlyFence).collect(toImmutableSet());
    for (String hunk : SEED) {
      Edit dropped = new Edit.DropHunk(hunk);
      if (!barriers.contains(hunk) && !patch.edits().contains(dropped)) {
        hunk(hunk, Change.adding(dropped));
        bringsOf(hunk);
      }
    }
  }

  private void hunk(String label, Change dropping) {
    add(label, label, Part.Kind.HUNK, "hunk in " + where(label), dropping);
  }

  private void add(String id, String name, Part.Kind kind, String title, Change dropping) {
    parts.add(
        new Part(
            id,
            name,
            kind,
            title,
            STEPS.containsKey(label(id)) ? STEPS.get(label(id)).what() : "",
            dropping,
            ImmutableList.of()));
  }

  private static String label(String id) {
    return id.substring(id.lastIndexOf(' ') + 1);
  }

  /** The barriers and second looks of a hunk that the patch has. */
  private void bringsOf(String hunk) {
    HunkSteps.fences(hunk)
        .forEach(
            (label, fence) -> {
              if (!patch.edits().contains(new Edit.DropFence(label))
                  && !patch.edits().contains(new Edit.DropHunk(label))) {
                ImmutableSet<Edit> replacing = replacing(label);
                fence(
                    label,
                    label.equals(hunk) ? "barrier-" + label : label,
                    replacing.isEmpty() ? fence : fenceOf(replacing),
                    where(label),
                    new Change(replacing, ImmutableSet.of(new Edit.DropFence(label))),
                    weaker ->
                        new Change(
                            replacing, ImmutableSet.of(new Edit.ReplaceFence(label, weaker))));
              }
            });
    for (String label : HunkSteps.rechecks(hunk)) {
      Edit dropped = new Edit.DropRecheck(label);
      if (!patch.edits().contains(dropped)) {
        add(
            label,
            label,
            Part.Kind.RECHECK,
            "second look in " + where(label),
            Change.adding(dropped));
      }
    }
  }

  private ImmutableSet<Edit> replacing(String label) {
    return patch.edits().stream()
        .filter(edit -> edit instanceof Edit.ReplaceFence && edit.label().equals(label))
        .collect(toImmutableSet());
  }

  private static Fence fenceOf(ImmutableSet<Edit> replacing) {
    return ((Edit.ReplaceFence) Iterables.get(replacing, 0)).fence();
  }

  private void fence(
      String id,
      String name,
      Fence fence,
      String where,
      Change dropping,
      Function<Fence, Change> replacing) {
    Step step = STEPS.get(label(id));
    parts.add(
        new Part(
            id,
            name,
            Part.Kind.FENCE,
            fence.kernelName() + " in " + where,
            step == null ? "" : withoutPrefix(step.what(), fence.kernelName() + ": "),
            dropping,
            weakerThan(fence).stream()
                .map(weaker -> new Part.Weaker(weaker, replacing.apply(weaker)))
                .collect(toImmutableList())));
  }

  private static String withoutPrefix(String text, String prefix) {
    return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
  }

  /** What is weaker than a barrier, the weakest first. */
  private static ImmutableList<Fence> weakerThan(Fence fence) {
    return switch (fence) {
      case MB -> ImmutableList.of(Fence.SMP_WMB, Fence.SMP_RMB, Fence.SMP_MB);
      case SMP_MB, AFTER_ATOMIC, BEFORE_ATOMIC -> ImmutableList.of(Fence.SMP_WMB, Fence.SMP_RMB);
      case WMB -> ImmutableList.of(Fence.SMP_WMB);
      case RMB -> ImmutableList.of(Fence.SMP_RMB);
      default -> ImmutableList.of();
    };
  }

  private void edit(Edit edit) {
    if (isOfSeed(edit)) {
      return;
    }
    String label = edit.label();
    if (edit instanceof Edit.AddHunk) {
      addedHunk(edit);
    } else if (edit instanceof Edit.InsertBefore insert) {
      inserted(insert, insert.fence(), "before", weaker -> new Edit.InsertBefore(label, weaker));
    } else if (edit instanceof Edit.InsertAfter insert) {
      inserted(insert, insert.fence(), "after", weaker -> new Edit.InsertAfter(label, weaker));
    } else {
      add(
          label,
          nameOf(edit),
          isOmission(edit) ? Part.Kind.OMISSION : Part.Kind.EDIT,
          title(edit),
          Change.removing(edit));
    }
  }

  private void addedHunk(Edit edit) {
    String label = edit.label();
    if (!HunkSteps.isOnlyFence(label)) {
      hunk(label, Change.removing(edit));
      bringsOf(label);
    } else if (!patch.edits().contains(new Edit.DropFence(label))) {
      ImmutableSet<Edit> replacing = replacing(label);
      fence(
          label,
          label,
          replacing.isEmpty() ? HunkSteps.fences(label).get(label) : fenceOf(replacing),
          where(label),
          new Change(
              ImmutableSet.<Edit>builder().add(edit).addAll(replacing).build(), ImmutableSet.of()),
          weaker -> new Change(replacing, ImmutableSet.of(new Edit.ReplaceFence(label, weaker))));
    }
  }

  private void inserted(Edit edit, Fence fence, String side, Function<Fence, Edit> with) {
    String label = edit.label();
    fence(
        side + " " + label,
        fence.kernelName() + "-" + side + "-" + label,
        fence,
        where(label),
        Change.removing(edit),
        weaker -> new Change(ImmutableSet.of(edit), ImmutableSet.of(with.apply(weaker))));
  }

  private static boolean isOmission(Edit edit) {
    return edit instanceof Edit.DropHunk
        || edit instanceof Edit.DropFence
        || edit instanceof Edit.DropLock
        || edit instanceof Edit.DropRecheck;
  }

  private static String nameOf(Edit edit) {
    String kind = edit.getClass().getSimpleName();
    return kind.replaceAll("(?<=.)([A-Z])", "-$1").toLowerCase(Locale.ROOT) + "-" + edit.label();
  }

  private static String title(Edit edit) {
    String where = where(edit.label());
    if (edit instanceof Edit.DropHunk) {
      return "no hunk in " + where;
    } else if (edit instanceof Edit.DropFence) {
      return "no barrier in " + where;
    } else if (edit instanceof Edit.DropLock) {
      return "no lock in " + where;
    } else if (edit instanceof Edit.DropRecheck) {
      return "no second look in " + where;
    } else if (edit instanceof Edit.ReplaceFence replace) {
      return replace.fence().kernelName() + " instead, in " + where;
    } else if (edit instanceof Edit.MakeAtomic) {
      return "atomic in " + where;
    } else if (edit instanceof Edit.MakeNonAtomic) {
      return "not atomic in " + where;
    } else if (edit instanceof Edit.Mark) {
      return "marked in " + where;
    } else if (edit instanceof Edit.Unmark) {
      return "not marked in " + where;
    } else if (edit instanceof Edit.Move move) {
      return "hunk moved to after " + move.after() + " in " + where;
    } else if (edit instanceof Edit.UseFlag use) {
      return use.flag() + " serves as " + Edit.UseFlag.LABEL;
    } else {
      return edit.toString();
    }
  }

  /** The function of a step. */
  private static String where(String label) {
    Step step = STEPS.get(label);
    return step == null ? label : step.kernelFunction().replaceFirst(" .*", "");
  }
}
