package org.cowcheck.diff;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Patch;

/** A diff, or some one after the other, applied to a base. */
final class Application {
  private final ImmutableList<MailDiff> mails;
  private final List<Conflict> conflicts = new ArrayList<>();
  private final RowTable rows = new RowTable();
  private final Patch base;
  private final EditedPatch edited;

  /**
   * A text and what its hunks show of known functions.
   *
   * @param hunks all of them
   */
  record MailDiff(
      PatchText text, ImmutableList<HunkSides> hunks, ImmutableList<FunctionDiff> functions) {

    static MailDiff of(PatchText text, List<DiffHunk> hunks) {
      ImmutableList.Builder<HunkSides> all = ImmutableList.builder();
      Map<String, FunctionDiff> functions = new LinkedHashMap<>();
      for (DiffHunk hunk : hunks) {
        HunkSides sides = HunkSides.of(hunk);
        all.add(sides);
        for (String name : sides.functions()) {
          KnownSource.function(hunk.file(), name)
              .ifPresent(
                  known ->
                      functions
                          .computeIfAbsent(
                              hunk.file() + " " + name, key -> new FunctionDiff(name, known))
                          .add(sides));
        }
      }
      return new MailDiff(text, all.build(), ImmutableList.copyOf(functions.values()));
    }
  }

  private Application(ImmutableList<MailDiff> mails, Patch base) {
    this.mails = mails;
    this.base = base;
    this.edited = new EditedPatch(base);
  }

  /** Applies them; what does not fit is in the conflicts. */
  static Application of(ImmutableList<MailDiff> mails, Patch base) {
    Application application = new Application(mails, base);
    application.mails.forEach(application::apply);
    return application;
  }

  private void apply(MailDiff mail) {
    mail.hunks().forEach(rows::add);
    EditedPatch before = new EditedPatch(edited.patch());
    List<FunctionChange> changes =
        mail.functions().stream()
            .map(function -> new FunctionChange(function, mail.text(), before))
            .toList();
    int known = conflicts.size();
    changes.forEach(change -> conflicts.addAll(change.conflicts()));
    if (conflicts.size() > known) {
      return;
    }
    ImmutableSet<String> told =
        changes.stream().flatMap(FunctionChange::told).collect(ImmutableSet.toImmutableSet());
    changes.forEach(change -> change.applyHunks(edited, rows, told));
    changes.forEach(change -> change.applyParts(edited, rows));
    dropMissing(before, changes);
    changes.forEach(change -> change.applyRest(edited, rows));
    changes.forEach(change -> change.applyCopies(edited));
  }

  /** Of a hunk that was added, what nobody has added is not there. */
  private void dropMissing(EditedPatch before, List<FunctionChange> changes) {
    for (KnownFunction function : KnownSource.functions()) {
      for (KnownStatement statement : function.statements()) {
        boolean isPart =
            statement.of().filter(label -> edited.has(label) && !before.has(label)).isPresent()
                && (statement.hunks().isEmpty() || statement.isInItsOwnHunk());
        if (isPart && changes.stream().noneMatch(change -> change.shows(statement))) {
          String label = statement.firsts().get(0).label();
          edited.add(statement.isFence() ? new Edit.DropFence(label) : new Edit.DropRecheck(label));
        }
      }
    }
  }

  List<Conflict> conflicts() {
    return conflicts;
  }

  Patch base() {
    return base;
  }

  EditedPatch edited() {
    return edited;
  }

  ImmutableList<Reading.Row> rows() {
    return rows.rows();
  }
}
