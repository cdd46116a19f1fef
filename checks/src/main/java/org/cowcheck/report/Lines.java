package org.cowcheck.report;

import com.google.common.base.Splitter;
import com.google.common.base.Strings;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;

/** Text in lines of at most 100 columns. */
final class Lines {
  static final int WIDTH = 100;

  private Lines() {}

  /** Words with a comma between them, in as many lines as they need, each indented. */
  static String list(List<String> words, int indent) {
    StringBuilder text = new StringBuilder();
    String line = "";
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i) + (i + 1 < words.size() ? "," : "");
      if (!line.isEmpty() && indent + line.length() + 1 + word.length() > WIDTH) {
        text.append(" ".repeat(indent)).append(line).append('\n');
        line = "";
      }
      line = line.isEmpty() ? word : line + " " + word;
    }
    return line.isEmpty()
        ? text.toString()
        : text.append(" ".repeat(indent)).append(line).append('\n').toString();
  }

  /** A paragraph: the first line is indented less than the others. */
  static String paragraph(String words, int indent, int further) {
    StringBuilder text = new StringBuilder();
    String line = " ".repeat(indent);
    boolean isEmpty = true;
    for (String word : Splitter.on(' ').split(words)) {
      if (!isEmpty && line.length() + 1 + word.length() > WIDTH) {
        text.append(line).append('\n');
        line = " ".repeat(further);
        isEmpty = true;
      }
      line = isEmpty ? line + word : line + " " + word;
      isEmpty = false;
    }
    return text.append(line).append('\n').toString();
  }

  /** Rows whose fields are as wide as the widest of their column, with two blanks between. */
  static String table(List<? extends List<String>> rows) {
    List<Integer> widths = new ArrayList<>();
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        if (i == widths.size()) {
          widths.add(0);
        }
        widths.set(i, Math.max(widths.get(i), row.get(i).length()));
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder(" ");
      for (int i = 0; i < row.size(); i++) {
        line.append(' ').append(Strings.padEnd(row.get(i), widths.get(i) + 1, ' '));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  /** Text with every line indented further. */
  static String indented(String text, int indent) {
    return text
        .lines()
        .map(line -> line.isEmpty() ? line : " ".repeat(indent) + line)
        .collect(ImmutableList.toImmutableList())
        .stream()
        .reduce("", (all, line) -> all + line + "\n");
  }

  /** One or several of something. */
  static String count(long number, String thing) {
    return "%,d %s%s".formatted(number, thing, number == 1 ? "" : "s");
  }
}
