package org.cowcheck.diff;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.text.WordUtils;

/** A reading as a table in text, at most 100 columns wide. */
public final class ReadingText {
  private static final int WIDTH = 100;
  private static final int LINES = 4;

  private ReadingText() {}

  /** The table, with what it was applied to above and the numbers of lines below. */
  public static String of(Reading reading) {
    List<String> out = new ArrayList<>();
    add(out, reading.patch().title(), "");
    add(out, "applied to " + reading.base().name() + ": " + reading.whyBase(), "");
    reading.notes().forEach(note -> add(out, "note: " + note, ""));
    String file = "";
    for (Reading.Row row : reading.rows()) {
      if (!row.file().equals(file)) {
        file = row.file();
        out.add("");
        add(out, file, "");
      }
      add(out, row);
    }
    out.add("");
    int modelled = reading.changedLines(true);
    int not = reading.changedLines(false);
    add(
        out,
        "%d of %d changed lines are modelled; %d are not.".formatted(modelled, modelled + not, not),
        "");
    return Joiner.on('\n').join(out) + "\n";
  }

  private static void add(List<String> out, Reading.Row row) {
    String where = row.function().isEmpty() ? "outside of functions" : call(row.function());
    String what = row.isModelled() ? row.modelledAs() : "not modelled" + note(row);
    add(out, "  hunk %d, line %d, %s: %s".formatted(row.hunk(), row.line(), where, what), "    ");
    if (!row.isModelled()) {
      ImmutableList<String> lines = row.lines();
      int shown = lines.size() <= LINES + 1 ? lines.size() : LINES;
      lines.subList(0, shown).forEach(line -> out.add(cut("      " + line.replace("\t", "  "))));
      if (shown < lines.size()) {
        out.add("      (and %d lines more)".formatted(lines.size() - shown));
      }
    }
  }

  private static String note(Reading.Row row) {
    return row.note().isEmpty() ? "" : " (" + row.note() + ")";
  }

  private static String call(String function) {
    return function.indexOf(' ') >= 0 ? function : function + "()";
  }

  private static String cut(String line) {
    return line.length() <= WIDTH ? line : line.substring(0, WIDTH - 3) + "...";
  }

  private static void add(List<String> out, String text, String indent) {
    String wrapped = WordUtils.wrap(text.stripLeading(), WIDTH - 4, "\n" + indent, true);
    String first = text.substring(0, text.length() - text.stripLeading().length());
    out.addAll(List.of((first + wrapped).split("\n")));
  }
}
