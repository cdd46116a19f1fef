package org.cowcheck.report;

import com.google.common.base.Strings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.apache.commons.text.WordUtils;

/** Lines of text with a column for each CPU, in which texts are wrapped. */
final class CpuColumns {
  /** Marks where a line may be broken without a space. */
  private static final String BREAK = "\0";

  private final int cpus;
  private final int width;
  private final String indent;
  private final String gap;
  private final Function<String, List<String>> wrap;
  private final StringBuilder text = new StringBuilder();

  /**
   * Columns of equal width.
   *
   * @param width of a column, in characters
   * @param indent what is before the first
   * @param gap what is between two
   * @param wrap the lines of a text, such as {@link #wrap} makes
   */
  CpuColumns(int cpus, int width, String indent, String gap, Function<String, List<String>> wrap) {
    this.cpus = cpus;
    this.width = width;
    this.indent = indent;
    this.gap = gap;
    this.wrap = wrap;
  }

  /** Adds the name of each CPU and of what it does. */
  void addHead(List<String> names) {
    List<List<String>> row = new ArrayList<>();
    for (int cpu = 0; cpu < cpus; cpu++) {
      row.add(wrap.apply("CPU" + cpu + ": " + names.get(cpu)));
    }
    add(row);
  }

  /** Adds a line through each column. */
  void addRule() {
    add(Collections.nCopies(cpus, List.of("-".repeat(width))));
  }

  /** Adds a text in the column of one CPU. */
  void add(int cpu, String cell) {
    List<List<String>> row = new ArrayList<>(Collections.nCopies(cpus, List.of()));
    row.set(cpu, wrap.apply(cell));
    add(row);
  }

  private void add(List<List<String>> row) {
    int lines = row.stream().mapToInt(List::size).max().orElse(0);
    for (int line = 0; line < lines; line++) {
      StringBuilder whole = new StringBuilder(indent);
      for (List<String> cell : row) {
        whole
            .append(Strings.padEnd(line < cell.size() ? cell.get(line) : "", width, ' '))
            .append(gap);
      }
      text.append(whole.toString().stripTrailing()).append('\n');
    }
  }

  /**
   * The lines of a cell, broken at spaces and after {@code |}.
   *
   * @param label how many characters at its start stay to the left of all that follows
   * @param room how wide the rest may be
   */
  static List<String> wrap(String cell, int label, int room) {
    String rest = cell.substring(label).replace("|", "|" + BREAK + " ");
    List<String> lines = new ArrayList<>();
    for (String line :
        WordUtils.wrap(rest, room, "\n", true)
            .replace(BREAK + " ", "")
            .replace(BREAK, "")
            .split("\n", -1)) {
      lines.add((lines.isEmpty() ? cell.substring(0, label) : " ".repeat(label)) + line);
    }
    return lines;
  }

  /** The lines, without spaces at their ends. */
  @Override
  public String toString() {
    return text.toString();
  }
}
