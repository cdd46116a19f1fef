package org.cowcheck.diff;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Table;
import com.google.common.collect.TreeBasedTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The rows of a diff: who has which changed line. */
final class RowTable {
  private static final String NO_CODE = "no code";

  private final List<HunkSides> hunks = new ArrayList<>();
  private final Map<HunkSides, Map<Integer, Draft>> owners = new HashMap<>();
  private final Map<HunkSides, List<Draft>> drafts = new HashMap<>();

  /** A row in the making. */
  private record Draft(
      HunkSides sides, String function, Set<String> says, Set<String> notes, Set<Integer> lines) {}

  void add(HunkSides sides) {
    hunks.add(sides);
    owners.put(sides, new HashMap<>());
    drafts.put(sides, new ArrayList<>());
  }

  /**
   * Gives changed lines to a row; those that are taken stay where they are, and if all are, that
   * row says this as well.
   */
  void claim(HunkSides sides, Set<Integer> lines, String function, String modelledAs, String note) {
    Map<Integer, Draft> taken = owners.get(sides);
    Draft draft = null;
    for (int line : lines) {
      if (!taken.containsKey(line)) {
        if (draft == null) {
          draft =
              new Draft(
                  sides, function, new LinkedHashSet<>(), new LinkedHashSet<>(), new TreeSet<>());
          drafts.get(sides).add(draft);
        }
        taken.put(line, draft);
        draft.lines.add(line);
      }
    }
    if (draft == null && !lines.isEmpty()) {
      draft = taken.get(lines.iterator().next());
    }
    if (draft != null) {
      add(draft.says, modelledAs);
      add(draft.notes, note);
    }
  }

  private static void add(Set<String> texts, String text) {
    if (!text.isEmpty()) {
      texts.add(text);
    }
  }

  /** All rows, with the lines that nobody has claimed in rows of their own. */
  ImmutableList<Reading.Row> rows() {
    ImmutableList.Builder<Reading.Row> rows = ImmutableList.builder();
    for (HunkSides sides : hunks) {
      claimRest(sides);
      drafts.get(sides).stream()
          .map(RowTable::row)
          .sorted((a, b) -> Integer.compare(a.line(), b.line()))
          .forEach(rows::add);
    }
    return rows.build();
  }

  private static Reading.Row row(Draft draft) {
    DiffHunk hunk = draft.sides.hunk();
    return new Reading.Row(
        hunk.file(),
        hunk.number(),
        hunk.lines().get(draft.lines.iterator().next()).number(),
        draft.function,
        String.join("; ", draft.says),
        draft.lines.stream()
            .map(line -> hunk.lines().get(line).toString())
            .collect(ImmutableList.toImmutableList()),
        draft.says.isEmpty() ? String.join("; ", draft.notes) : "");
  }

  private void claimRest(HunkSides sides) {
    Table<String, String, Set<Integer>> rest = TreeBasedTable.create();
    List<DiffLine> lines = sides.hunk().lines();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).isChanged() && !owners.get(sides).containsKey(i)) {
        String function = function(sides, i);
        String note = note(sides, i, function);
        if (!rest.contains(note, function)) {
          rest.put(note, function, new TreeSet<>());
        }
        rest.get(note, function).add(i);
      }
    }
    for (String note : rest.rowKeySet()) {
      Map<String, Set<Integer>> functions = rest.row(note);
      if (note.equals(NO_CODE) && functions.size() > 1) {
        Set<Integer> all = new TreeSet<>();
        functions.values().forEach(all::addAll);
        claim(sides, all, "", "", note);
      } else {
        functions.forEach((function, left) -> claim(sides, left, function, "", note));
      }
    }
  }

  /** The function that a line is in; of a line without code, that of the code before it. */
  private static String function(HunkSides sides, int line) {
    SourceSide side = sides.side(sides.hunk().lines().get(line).sign());
    return side.functionUpTo(line).orElseGet(sides.hunk()::headingFunction);
  }

  private static String note(HunkSides sides, int line, String function) {
    SourceSide side = sides.side(sides.hunk().lines().get(line).sign());
    boolean isCode = sides.hunk().lines().get(line).text().startsWith("#") || side.hasCode(line);
    if (!isCode) {
      return NO_CODE;
    }
    String file = sides.hunk().file();
    if (function.isEmpty() || KnownSource.function(file, function).isPresent()) {
      return "";
    }
    return KnownSource.filesOf(function).isEmpty()
        ? ""
        : function + "() is known in " + String.join(", ", KnownSource.filesOf(function));
  }
}
