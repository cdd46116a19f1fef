package org.cowcheck.diff;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Step;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.SeedPatches;

/** A patch in the making: its base, and edits that are added and taken back. */
final class EditedPatch {
  private final Patch base;
  private final Set<Edit> edits;

  EditedPatch(Patch base) {
    this.base = base;
    this.edits = new LinkedHashSet<>(base.edits());
  }

  Patch named(String name, String title) {
    return new Patch(name, title, base.base(), ImmutableList.copyOf(edits));
  }

  Patch patch() {
    return named(base.name(), base.title());
  }

  private Kernel kernel() {
    return new Kernel(patch(), Platform.X86, Accesses.MARKED);
  }

  /** Whether a hunk is there. */
  boolean has(String label) {
    Step step = KnownSource.step(label);
    return switch (step.part()) {
      case HUNK -> kernel().has(step);
      case LATER -> kernel().adds(step);
      case PATH -> isThere(step);
    };
  }

  /** Whether a step is executed at all, as far as the state and hunks go. */
  boolean isThere(Step step) {
    return step.part() == Step.Part.PATH ? Kernel.isIn(base.base(), step) : has(step.label());
  }

  /** Whether a statement stands there in the source. */
  boolean has(KnownStatement statement) {
    if (statement.of().isPresent() && !has(statement.of().get())) {
      return false;
    }
    boolean isExecuted = statement.steps().stream().anyMatch(this::isThere);
    return switch (statement.kind()) {
      case LOOSE -> true;
      case FLAG -> definesFlag();
      case ACCESS, HUNK, CALL -> isExecuted;
      case FENCE ->
          isExecuted && !edits.contains(new Edit.DropFence(statement.firsts().get(0).label()));
      case RECHECK ->
          isExecuted && !edits.contains(new Edit.DropRecheck(statement.firsts().get(0).label()));
      case LOCK ->
          isExecuted && !edits.contains(new Edit.DropLock(statement.firsts().get(0).label()));
    };
  }

  /** Whether PG_anon_exclusive is defined: S1 without the seed has all but its definition. */
  boolean definesFlag() {
    return base.base().hasAnonExclusive()
        && !edits.containsAll(SeedPatches.S1_WITHOUT_SEED.edits());
  }

  String flag() {
    return kernel().exclusiveFlag();
  }

  /** The flag that the kernel state uses. */
  String flagOfState() {
    return new Kernel(Patch.of(base.base()), Platform.X86, Accesses.MARKED).exclusiveFlag();
  }

  void useFlag(String flag) {
    edits.removeIf(Edit.UseFlag.class::isInstance);
    if (!flag.equals(flagOfState())) {
      edits.add(new Edit.UseFlag(flag));
    }
  }

  /** Has a hunk there or not; whether that can be. */
  boolean set(String label, boolean present) {
    Edit undone = present ? new Edit.DropHunk(label) : new Edit.AddHunk(label);
    edits.remove(undone);
    if (has(label) != present && KnownSource.step(label).part() != Step.Part.PATH) {
      edits.add(present ? new Edit.AddHunk(label) : new Edit.DropHunk(label));
    }
    return has(label) == present;
  }

  void add(Edit edit) {
    edits.add(edit);
  }

  void remove(Edit edit) {
    edits.remove(edit);
  }

  void removeIf(Predicate<Edit> condition) {
    edits.removeIf(condition);
  }

  boolean contains(Edit edit) {
    return edits.contains(edit);
  }

  ImmutableSet<Edit> edits() {
    return ImmutableSet.copyOf(edits);
  }

  /** What stands in the place of a barrier. */
  Optional<Fence> replacement(String label) {
    return edits.stream()
        .filter(edit -> edit instanceof Edit.ReplaceFence && edit.label().equals(label))
        .map(edit -> ((Edit.ReplaceFence) edit).fence())
        .findFirst();
  }

  /** Has a barrier of the kernel states be of a kind. */
  void fence(KnownStatement statement, Fence fence) {
    for (Step step : statement.steps()) {
      edits.removeIf(
          edit -> edit instanceof Edit.ReplaceFence && edit.label().equals(step.label()));
      if (!statement.fence().get().equals(fence)) {
        edits.add(new Edit.ReplaceFence(step.label(), fence));
      }
    }
  }
}
