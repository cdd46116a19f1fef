package org.cowcheck.diff;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Iterables;
import com.google.common.collect.Sets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.paths.Paths;
import org.cowcheck.patch.Edit;

/**
 * What a diff changes in one known function: conflicts with the base, edits and rows.
 *
 * <p>First come hunks, barriers, second looks, locks and the flag; what needs to know which steps
 * there are in the end, comes when all functions have got so far: moved hunks, other forms of
 * accesses, and barriers that no kernel state has.
 */
final class FunctionChange {
  private static final Pattern EXCLUSIVE = Pattern.compile("AnonExclusive|PG_anon_exclusive");

  private final FunctionDiff diff;
  private final PatchText text;
  private final EditedPatch base;
  private final ImmutableList<Found> before;
  private final ImmutableList<Found> after;
  private final Set<KnownStatement> refused = new LinkedHashSet<>();

  FunctionChange(FunctionDiff diff, PatchText text, EditedPatch base) {
    this.diff = diff;
    this.text = text;
    this.base = base;
    this.before = diff.found('-', base::has);
    this.after = diff.found('+', base::has);
  }

  // Conflicts.

  /** Where the diff does not fit. */
  ImmutableList<Conflict> conflicts() {
    ImmutableList.Builder<Conflict> conflicts = ImmutableList.builder();
    if (!diff.function().names().get(diff.name()).contains(base.patch().base())
        && !(before.isEmpty() && after.isEmpty())) {
      Found found = Iterables.getFirst(before, Iterables.getFirst(after, null));
      conflicts.add(
          conflict(found, "changes " + diff.name() + "(), a name that the base does not have"));
    }
    if (!base.patch().base().hasAnonExclusive()) {
      Stream.concat(before.stream(), after.stream())
          .filter(found -> EXCLUSIVE.matcher(found.text()).find())
          .findFirst()
          .map(found -> conflict(found, "has PG_anon_exclusive, which nobody in the base uses"))
          .ifPresent(conflicts::add);
    }
    for (Found found : before) {
      if (!fits(found)) {
        String does = found.isChanged() ? "takes away" : "expects";
        conflicts.add(
            conflict(
                found,
                "%s \"%s\" in %s(), where the base has it not"
                    .formatted(does, found.text(), diff.name())));
      }
    }
    for (Found found : after) {
      if (found.isChanged() && isNew(found) && isThereAlready(found)) {
        conflicts.add(
            conflict(
                found,
                "adds \"%s\" to %s(), where the base has it already"
                    .formatted(found.text(), diff.name())));
      }
    }
    return conflicts.build();
  }

  private Conflict conflict(Found found, String what) {
    return new Conflict(text, found.line(), found.sides().hunk() + " " + what);
  }

  private boolean isNew(Found found) {
    return found.statement().isPresent()
        && before.stream().noneMatch(old -> old.is(found.statement().get()));
  }

  private boolean isThereAlready(Found found) {
    KnownStatement statement = found.statement().get();
    return switch (statement.kind()) {
      case LOOSE, ACCESS, CALL -> false;
      case HUNK -> {
        KnownForm form = found.form().get();
        yield !form.says().isEmpty()
            && form.says().stream().allMatch(base::has)
            && form.denies().stream().noneMatch(base::has);
      }
      case FENCE, RECHECK, LOCK, FLAG -> base.has(statement);
    };
  }

  private boolean fits(Found found) {
    if (found.statement().isEmpty()) {
      return inserted(before, found, base).isPresent();
    }
    KnownStatement statement = found.statement().get();
    if (found.form().isPresent()) {
      KnownForm form = found.form().get();
      if (!form.says().stream().allMatch(base::has)
          || form.denies().stream().anyMatch(base::has)
          || !hasVariant(statement, form.variant())) {
        return false;
      }
    }
    if (statement.kind() == KnownStatement.Kind.FLAG) {
      return base.definesFlag() && base.flag().equals(found.lastWord());
    }
    if (statement.kind() == KnownStatement.Kind.FENCE) {
      Fence there = base.replacement(statement.firsts().get(0).label()).or(statement::fence).get();
      return base.has(statement) && there == found.fence().get();
    }
    return !found.isThere() || statement.paths().isEmpty() || base.has(statement);
  }

  private boolean hasVariant(KnownStatement statement, KnownForm.Variant variant) {
    return variant == KnownForm.Variant.AS_IT_IS
        || statement.steps().stream().anyMatch(step -> base.contains(edit(variant, step.label())));
  }

  // First: what is there.

  /**
   * The labels of hunks of which it says that they are there, or are not, after the change; each
   * with the name of the function, too.
   */
  Stream<String> told() {
    return after.stream()
        .flatMap(found -> found.form().stream())
        .flatMap(form -> Stream.concat(form.says().stream(), form.denies().stream()))
        .flatMap(label -> Stream.of(label, label + " " + diff.name()));
  }

  /** Has barriers, second looks, locks and the flag be there or not, now that hunks are. */
  void applyParts(EditedPatch edited, RowTable rows) {
    for (KnownStatement statement : diff.function().statements()) {
      if (isTouched(statement)) {
        applyOther(statement, edited, rows);
      }
    }
  }

  /** Whether a statement stands there after the change. */
  boolean shows(KnownStatement statement) {
    return after.stream().anyMatch(found -> found.is(statement));
  }

  private boolean isTouched(KnownStatement statement) {
    return of(statement).anyMatch(Found::isChanged);
  }

  private Stream<Found> of(KnownStatement statement) {
    return Stream.concat(before.stream(), after.stream()).filter(found -> found.is(statement));
  }

  /**
   * Has hunks be there or not.
   *
   * @param told the labels of hunks of which any function says whether they are there
   */
  void applyHunks(EditedPatch edited, RowTable rows, Set<String> told) {
    Map<String, Set<Found>> asserted = new LinkedHashMap<>();
    for (Found found : Iterables.concat(before, after)) {
      if (found.isChanged() && found.form().isPresent()) {
        Iterables.concat(found.form().get().says(), found.form().get().denies())
            .forEach(
                label -> asserted.computeIfAbsent(label, l -> new LinkedHashSet<>()).add(found));
      }
    }
    asserted.forEach(
        (label, founds) -> {
          boolean says = asserts(after, label, KnownForm::says);
          boolean denies = asserts(after, label, KnownForm::denies);
          Optional<String> condition = unknownCondition(founds);
          Optional<String> missing = says ? missingTwin(label, told) : Optional.empty();
          if (missing.isPresent()) {
            refuse(founds, rows, "not in " + missing.get() + "() as well, as the model has it");
          } else if (says && denies) {
            refuse(founds, rows, label + " in one place, and not in another");
          } else if (condition.isPresent()) {
            refuse(
                founds, rows, "under a condition that the model does not know: " + condition.get());
          } else if (says || denies || asserts(before, label, KnownForm::says)) {
            boolean had = edited.has(label);
            if (!edited.set(label, says)) {
              refuse(founds, rows, "the model cannot " + (says ? "add " : "leave out ") + label);
              return;
            }
            claim(
                founds,
                rows,
                (says ? had ? "as in the model: " : "adds " : "without ") + describe(label));
          } else if (told.contains(label)) {
            claim(founds, rows, "makes room for what says " + label);
          } else {
            refuse(founds, rows, "what is there instead is not known");
          }
        });
  }

  /** A function of the same statements of which nobody says that it has the hunk as well. */
  private Optional<String> missingTwin(String label, Set<String> told) {
    return diff.function().names().entrySet().stream()
        .filter(other -> !other.getKey().equals(diff.name()))
        .filter(
            other ->
                !Sets.intersection(other.getValue(), diff.function().names().get(diff.name()))
                    .isEmpty())
        .map(Map.Entry::getKey)
        .filter(other -> !told.contains(label + " " + other))
        .findFirst();
  }

  private static boolean asserts(
      List<Found> side, String label, Function<KnownForm, ImmutableSet<String>> what) {
    return side.stream()
        .anyMatch(
            found -> found.form().map(what).filter(labels -> labels.contains(label)).isPresent());
  }

  /** A condition around something that is added, itself added, and not known there. */
  private Optional<String> unknownCondition(Set<Found> founds) {
    for (Found found : founds) {
      if (found.sign() == '+' && found.isThere()) {
        for (Block block = found.block(); block != null; block = block.parent()) {
          boolean isAdded = block.header().stream().anyMatch(found::isChanged);
          if (isAdded && !isKnown(block, found)) {
            return Optional.of(block.headerText());
          }
        }
        Optional<String> around = unknownAround(found);
        if (around.isPresent()) {
          return around;
        }
      }
    }
    return Optional.empty();
  }

  /** A block that something is put into, and no known statement beside it is in. */
  private Optional<String> unknownAround(Found found) {
    Block block = found.block();
    while (block.parent() != null && isKnown(block, found) && !block.isFunction()) {
      block = block.parent();
    }
    Block around = block;
    boolean isAlone =
        after.stream()
            .filter(other -> other.sides() == found.sides() && other.fence().isEmpty())
            .filter(other -> !other.equals(found) && other.statement().isPresent())
            .noneMatch(other -> around.contains(other.block()));
    return isAlone && !around.isFunction() && !around.header().isEmpty()
        ? Optional.of(around.headerText())
        : Optional.empty();
  }

  private static boolean isKnown(Block block, Found found) {
    return block.isFunction()
        || block.condition() != block
        || found.statement().isEmpty()
        || found.statement().get().conditions().contains(block.headerText());
  }

  private void applyOther(KnownStatement statement, EditedPatch edited, RowTable rows) {
    Set<Found> founds = new LinkedHashSet<>();
    of(statement).filter(Found::isChanged).forEach(founds::add);
    Optional<Found> now = after.stream().filter(found -> found.is(statement)).findFirst();
    switch (statement.kind()) {
      case LOOSE -> claimLoose(statement, founds, rows);
      case FLAG -> applyFlag(founds, now, edited, rows);
      case FENCE -> applyFence(statement, founds, now, edited, rows);
      case RECHECK -> applyDroppable(statement, founds, now, edited, rows, Edit.DropRecheck::new);
      case LOCK -> applyDroppable(statement, founds, now, edited, rows, Edit.DropLock::new);
      case ACCESS, CALL -> {
        boolean was = before.stream().anyMatch(found -> found.is(statement));
        if (was && now.isEmpty()) {
          refuse(founds, rows, "the model cannot leave out " + labels(statement));
        } else if (!was && founds.stream().allMatch(FunctionChange::isInNewFunction)) {
          claim(founds, rows, "as in the model: " + describe(statement));
        } else if (!was) {
          refuse(founds, rows, "the model has " + labels(statement) + " already");
        }
      }
      case HUNK -> {}
    }
  }

  private static boolean isInNewFunction(Found found) {
    for (Block block = found.block(); block != null; block = block.parent()) {
      if (block.isFunction()) {
        return block.header().stream().allMatch(found::isChanged);
      }
    }
    return false;
  }

  private void claimLoose(KnownStatement statement, Set<Found> founds, RowTable rows) {
    if (!statement.paths().isEmpty()) {
      claim(founds, rows, "as in the model: " + describe(statement));
    }
  }

  private void applyFlag(
      Set<Found> founds, Optional<Found> now, EditedPatch edited, RowTable rows) {
    if (now.isEmpty()) {
      refuse(founds, rows, "the model cannot do without PG_anon_exclusive");
      return;
    }
    String flag = now.get().lastWord();
    if (!PageFlag.candidates().contains(flag)) {
      throw text.error(
          now.get().line(),
          "%s cannot serve as PG_anon_exclusive in the model; it knows %s"
              .formatted(flag, String.join(", ", PageFlag.candidates())));
    }
    edited.useFlag(flag);
    claim(founds, rows, "PG_anon_exclusive is " + flag);
  }

  private void applyFence(
      KnownStatement statement,
      Set<Found> founds,
      Optional<Found> now,
      EditedPatch edited,
      RowTable rows) {
    String label = statement.firsts().get(0).label();
    if (statement.of().isPresent() && !edited.has(statement.of().get())) {
      if (now.isPresent()) {
        refuse(founds, rows, "a barrier of " + statement.of().get() + ", which is not there");
      } else {
        claim(founds, rows, "without " + describe(statement));
      }
      return;
    }
    Optional<String> condition = unknownCondition(founds);
    if (condition.isPresent()) {
      refuse(founds, rows, "under a condition that the model does not know: " + condition.get());
      return;
    }
    boolean isHunk = !statement.hunks().isEmpty() && !statement.isInItsOwnHunk();
    boolean isThere = now.isPresent();
    for (Step step : statement.steps()) {
      if (isHunk) {
        edited.set(step.label(), isThere);
      } else if (isThere) {
        edited.remove(new Edit.DropFence(step.label()));
      } else {
        edited.add(new Edit.DropFence(step.label()));
      }
    }
    if (isThere && !edited.has(statement)) {
      refuse(founds, rows, "the model cannot add " + label + " to this kernel");
      return;
    }
    edited.fence(statement, now.flatMap(Found::fence).orElse(statement.fence().get()));
    String kind =
        now.flatMap(Found::fence)
            .filter(fence -> fence != statement.fence().get())
            .map(fence -> fence.kernelName() + " for the barrier of ")
            .orElse("adds ");
    claim(founds, rows, (isThere ? kind : "without ") + describe(statement));
  }

  private void applyDroppable(
      KnownStatement statement,
      Set<Found> founds,
      Optional<Found> now,
      EditedPatch edited,
      RowTable rows,
      Function<String, Edit> drop) {
    for (Step step : statement.firsts()) {
      if (now.isPresent()) {
        edited.remove(drop.apply(step.label()));
      } else {
        edited.add(drop.apply(step.label()));
      }
    }
    if (now.isPresent() && !edited.has(statement)) {
      refuse(founds, rows, "the model cannot add " + labels(statement) + " to this kernel");
    } else {
      boolean was = before.stream().anyMatch(found -> found.is(statement));
      String what = now.isEmpty() ? "without " : was ? "as in the model: " : "adds ";
      claim(founds, rows, what + describe(statement));
    }
  }

  // Then: where it is, and in which form.

  /** Moves hunks, changes accesses, and inserts barriers, where the kernel has the steps. */
  void applyRest(EditedPatch edited, RowTable rows) {
    for (KnownStatement statement : diff.function().statements()) {
      if (isTouched(statement) && !refused.contains(statement) && !statement.isFence()) {
        applyOrder(statement, edited, rows);
        applyVariant(statement, edited, rows);
      }
    }
    before.stream()
        .filter(found -> found.statement().isEmpty() && found.isChanged())
        .forEach(found -> applyRemoved(found, edited, rows));
    after.stream()
        .filter(found -> found.statement().isEmpty() && found.isChanged())
        .forEach(found -> applyInserted(found, edited, rows));
  }

  /** Copies edits to the labels that go with others. */
  void applyCopies(EditedPatch edited) {
    for (Found found : after) {
      found
          .statement()
          .ifPresent(
              statement ->
                  statement
                      .copies()
                      .forEach(
                          (from, to) ->
                              edited.edits().stream()
                                  .filter(edit -> edit.label().equals(from))
                                  .forEach(edit -> copy(edit, to, edited))));
    }
  }

  private static void copy(Edit edit, String label, EditedPatch edited) {
    if (edit instanceof Edit.InsertAfter insert) {
      edited.add(new Edit.InsertAfter(label, insert.fence()));
    } else if (edit instanceof Edit.InsertBefore insert) {
      edited.add(new Edit.InsertBefore(label, insert.fence()));
    } else if (edit instanceof Edit.Mark) {
      edited.add(new Edit.Mark(label));
    }
  }

  private void applyOrder(KnownStatement statement, EditedPatch edited, RowTable rows) {
    List<Found> here =
        after.stream().filter(found -> found.is(statement) && found.isThere()).toList();
    if (here.size() != 1 || statement.paths().isEmpty()) {
      return;
    }
    Set<Found> founds = new LinkedHashSet<>();
    of(statement).filter(Found::isChanged).forEach(founds::add);
    for (Step step : statement.firsts()) {
      edited.removeIf(edit -> edit instanceof Edit.Move && edit.label().equals(step.label()));
    }
    List<KnownStatement> overtaken =
        after.stream()
            .filter(other -> isOvertaken(here.get(0), other))
            .map(other -> other.statement().get())
            .toList();
    Optional<KnownStatement> known =
        overtaken.stream().filter(other -> mayMove(statement, other)).findFirst();
    for (KnownStatement other : overtaken) {
      boolean isOnTheWay =
          known.isPresent()
              && other.index() > statement.index()
              && other.index() < known.get().index();
      if (!isOnTheWay) {
        move(statement, other, founds, edited, rows);
      }
    }
  }

  /** Whether what comes later in the kernel states stands before a statement now, or vice versa. */
  private boolean isOvertaken(Found here, Found other) {
    if (other.statement().isEmpty()
        || other.fence().isPresent()
        || other.is(here.statement().get())
        || !other.isThere()
        || other.statement().get().paths().isEmpty()
        || after.stream().filter(found -> found.is(other.statement().get())).count() != 1) {
      return false;
    }
    boolean isBehind = after.indexOf(here) > after.indexOf(other);
    boolean wasBehind = here.statement().get().index() > other.statement().get().index();
    return isBehind != wasBehind && !wasSoBefore(here, other, isBehind);
  }

  private boolean wasSoBefore(Found here, Found other, boolean isBehind) {
    Optional<Found> oldHere =
        before.stream().filter(found -> found.is(here.statement().get())).findFirst();
    Optional<Found> oldOther =
        before.stream().filter(found -> found.is(other.statement().get())).findFirst();
    return oldHere.isPresent()
        && oldOther.isPresent()
        && (before.indexOf(oldHere.get()) > before.indexOf(oldOther.get())) == isBehind
        && !mayMove(here.statement().get(), other.statement().get());
  }

  private static boolean mayMove(KnownStatement statement, KnownStatement after) {
    return !moves(statement, after).isEmpty();
  }

  private static ImmutableList<Edit> moves(KnownStatement statement, KnownStatement after) {
    ImmutableList.Builder<Edit> moves = ImmutableList.builder();
    for (Steps path : Paths.all()) {
      path.moves()
          .forEach(
              (hunk, target) -> {
                if (statement.steps().contains(hunk) && after.steps().contains(target)) {
                  moves.add(new Edit.Move(hunk.label(), target.label()));
                }
              });
    }
    return moves.build();
  }

  private void move(
      KnownStatement statement,
      KnownStatement other,
      Set<Found> founds,
      EditedPatch edited,
      RowTable rows) {
    ImmutableList<Edit> moves = moves(statement, other);
    ImmutableList<Edit> reverse = moves(other, statement);
    if (!moves.isEmpty() || !reverse.isEmpty()) {
      Iterables.concat(moves, reverse).forEach(edited::add);
      claim(founds, rows, "moves " + labels(statement) + " beyond " + labels(other));
    } else if (statement.kind() == KnownStatement.Kind.HUNK) {
      Found found = founds.iterator().next();
      throw text.error(
          found.line(),
          "%s has \"%s\" in %s() on the other side of %s: the model has no such order"
              .formatted(found.sides().hunk(), found.text(), diff.name(), labels(other)));
    } else if (statement.kind() != KnownStatement.Kind.LOOSE
        && other.kind() != KnownStatement.Kind.LOOSE) {
      refuse(
          founds,
          rows,
          "the model has no such order of " + labels(statement) + " and " + labels(other));
    }
  }

  private void applyVariant(KnownStatement statement, EditedPatch edited, RowTable rows) {
    KnownForm.Variant was = variant(before, statement);
    KnownForm.Variant is = variant(after, statement);
    Set<Found> founds = new LinkedHashSet<>();
    of(statement).filter(Found::isChanged).forEach(founds::add);
    if (after.stream().noneMatch(found -> found.is(statement))) {
      return;
    }
    if (was == is) {
      if (statement.kind() == KnownStatement.Kind.ACCESS && !statement.paths().isEmpty()) {
        claim(founds, rows, "as in the model: " + describe(statement));
      }
      return;
    }
    for (Step step : statement.steps()) {
      if (was != KnownForm.Variant.AS_IT_IS) {
        edited.remove(edit(was, step.label()));
      }
      if (is != KnownForm.Variant.AS_IT_IS && edited.isThere(step)) {
        edited.add(edit(is, step.label()));
      }
    }
    String what =
        switch (is) {
          case AS_IT_IS -> "as it was: ";
          case ATOMIC -> "atomic: ";
          case NOT_ATOMIC -> "not atomic: ";
          case MARKED -> "marked: ";
          case UNMARKED -> "plain: ";
        };
    claim(founds, rows, what + labels(statement));
  }

  private static KnownForm.Variant variant(List<Found> side, KnownStatement statement) {
    return side.stream()
        .filter(found -> found.is(statement))
        .flatMap(found -> found.form().stream())
        .map(KnownForm::variant)
        .findFirst()
        .orElse(KnownForm.Variant.AS_IT_IS);
  }

  private static Edit edit(KnownForm.Variant variant, String label) {
    return switch (variant) {
      case ATOMIC -> new Edit.MakeAtomic(label);
      case NOT_ATOMIC -> new Edit.MakeNonAtomic(label);
      case MARKED -> new Edit.Mark(label);
      case UNMARKED -> new Edit.Unmark(label);
      case AS_IT_IS -> throw new IllegalArgumentException(label);
    };
  }

  private void applyRemoved(Found fence, EditedPatch edited, RowTable rows) {
    Optional<Edit> edit = inserted(before, fence, base);
    edit.ifPresent(edited::remove);
    if (edit.isPresent()) {
      claim(
          Set.of(fence),
          rows,
          "without " + fence.fence().get().kernelName() + " " + where(edit.get()));
    }
  }

  /** The edit of a kernel that has put a barrier where one stands. */
  private static Optional<Edit> inserted(List<Found> side, Found fence, EditedPatch kernel) {
    return places(side, fence, kernel, true).stream().filter(kernel::contains).findFirst();
  }

  private void applyInserted(Found fence, EditedPatch edited, RowTable rows) {
    List<Edit> places = places(after, fence, edited, false);
    if (places.isEmpty()) {
      refuse(
          Set.of(fence),
          rows,
          "a barrier that is not always executed with a known statement next to it");
      return;
    }
    Step first = KnownSource.step(places.get(0).label());
    for (Edit edit : places) {
      if (sameSide(edit, places.get(0)) && edited.isThere(KnownSource.step(edit.label()))) {
        edited.add(edit);
      }
    }
    claim(
        Set.of(fence),
        rows,
        fence.fence().get().kernelName() + " " + where(places.get(0)) + ": " + first.what());
  }

  private static boolean sameSide(Edit one, Edit other) {
    return one.getClass() == other.getClass();
  }

  private static String where(Edit edit) {
    return (edit instanceof Edit.InsertAfter ? "after " : "before ") + edit.label();
  }

  /**
   * The edits that put a barrier where one stands, best first: at a statement next to it that the
   * kernel has, and that is executed only with the barrier.
   */
  private static List<Edit> places(
      List<Found> side, Found fence, EditedPatch kernel, boolean anyway) {
    int at = side.indexOf(fence);
    Optional<Found> previous = neighbour(side, at, -1, kernel);
    Optional<Found> next = neighbour(side, at, 1, kernel);
    boolean behind =
        previous.isPresent()
            && (anyway
                || (fence.isExecutedWith(previous.get()) && !previous.get().jumpsBefore(fence)));
    boolean ahead = next.isPresent() && (anyway || fence.isExecutedWith(next.get()));
    boolean isNearer =
        behind && ahead && next.get().first() - fence.end() < fence.first() - previous.get().end();
    ImmutableList.Builder<Edit> places = ImmutableList.builder();
    if (ahead && isNearer) {
      places.addAll(before(next.get(), fence, kernel));
    }
    if (behind) {
      places.addAll(after(previous.get(), fence, kernel));
    }
    if (ahead && !isNearer) {
      places.addAll(before(next.get(), fence, kernel));
    }
    return places.build();
  }

  private static List<Edit> after(Found previous, Found fence, EditedPatch kernel) {
    return previous.statement().get().paths().stream()
        .flatMap(path -> path.reverse().stream().filter(kernel::isThere).limit(1))
        .<Edit>map(step -> new Edit.InsertAfter(step.label(), fence.fence().get()))
        .toList();
  }

  private static List<Edit> before(Found next, Found fence, EditedPatch kernel) {
    return next.statement().get().paths().stream()
        .flatMap(path -> path.stream().filter(kernel::isThere).limit(1))
        .<Edit>map(step -> new Edit.InsertBefore(step.label(), fence.fence().get()))
        .toList();
  }

  private static Optional<Found> neighbour(
      List<Found> side, int at, int direction, EditedPatch kernel) {
    for (int i = at + direction; i >= 0 && i < side.size(); i += direction) {
      Found found = side.get(i);
      boolean isCall =
          found.statement().map(KnownStatement::kind).equals(Optional.of(KnownStatement.Kind.CALL));
      if (isCall || found.sides() != side.get(at).sides()) {
        return Optional.empty();
      }
      if (found.statement().isPresent()
          && found.isThere()
          && found.statement().get().steps().stream().anyMatch(kernel::isThere)) {
        return Optional.of(found);
      }
    }
    return Optional.empty();
  }

  // Rows.

  private void refuse(Set<Found> founds, RowTable rows, String note) {
    founds.forEach(found -> found.statement().ifPresent(refused::add));
    claimLines(founds, rows, "", note);
  }

  private void claim(Set<Found> founds, RowTable rows, String modelledAs) {
    claimLines(founds, rows, modelledAs, "");
  }

  private void claimLines(Set<Found> founds, RowTable rows, String modelledAs, String note) {
    Map<HunkSides, Set<Integer>> lines = new LinkedHashMap<>();
    for (Found found : founds) {
      Set<Integer> own = lines.computeIfAbsent(found.sides(), sides -> new LinkedHashSet<>());
      own.addAll(found.changedLines());
      own.addAll(found.changedLinesOfJump());
      for (Block block = found.block(); block != null; block = block.parent()) {
        if (isKnown(block, found)) {
          Stream.concat(block.header().stream(), block.braces().stream())
              .filter(found::isChanged)
              .forEach(token -> own.add(token.line()));
        }
      }
    }
    lines.forEach((sides, own) -> rows.claim(sides, own, diff.name(), modelledAs, note));
  }

  private static String labels(KnownStatement statement) {
    return String.join(
        ", ", statement.steps().stream().map(Step::label).collect(ImmutableSet.toImmutableSet()));
  }

  private static String describe(KnownStatement statement) {
    return labels(statement) + ": " + statement.firsts().get(0).what();
  }

  private static String describe(String label) {
    return label + ": " + KnownSource.step(label).what();
  }
}
