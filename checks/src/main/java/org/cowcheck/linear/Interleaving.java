package org.cowcheck.linear;

import com.google.common.base.Splitter;
import com.google.common.base.Strings;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The interleaving of a report of Lincheck's, a column per thread: of all that the report has, the
 * accesses of the model, and the operations that they belong to.
 */
public final class Interleaving {
  private static final String DETAILS = "Detailed trace:";
  private static final Pattern ACCESS =
      Pattern.compile(
          "(?:Values#\\d+|values)\\.(\\w+)\\(\"(?:([^\" ]+) )?([^\"]+)\", \\d+(?:, (.*?))?\\)(.*)");
  private static final Pattern RESULT = Pattern.compile(": (\\S+)(?: at .*)?");
  private static final String GAP = "   ";

  private Interleaving() {}

  /** The columns of a report; the report itself if it has no accesses. */
  public static String columns(String report) {
    List<List<String>> rows = new ArrayList<>();
    boolean hasAccess = false;
    int details = report.indexOf(DETAILS);
    for (String line : report.substring(Math.max(0, details)).lines().toList()) {
      if (!line.startsWith("| ") || line.startsWith("| ---")) {
        continue;
      }
      ImmutableList.Builder<String> cells = ImmutableList.builder();
      for (String cell : Splitter.on(" |").split(line.substring(1))) {
        String shown = shown(cell);
        hasAccess |= shown.startsWith("(") || shown.startsWith(" ");
        cells.add(shown);
      }
      List<String> row = cells.build();
      if (row.stream().anyMatch(cell -> !cell.isEmpty())) {
        rows.add(row);
      }
    }
    return details >= 0 && hasAccess ? print(rows) : report;
  }

  /** A cell of the table without its first blank. */
  private static String shown(String cell) {
    String text = cell.startsWith(" ") ? cell.substring(1).stripTrailing() : cell.stripTrailing();
    if (!text.startsWith(" ")) {
      return text.equals("switch") || text.startsWith("invariantsHold()") ? "" : text;
    }
    Matcher access = ACCESS.matcher(text.strip());
    if (!access.matches()) {
      return text.strip().startsWith("Thread ") ? text.strip() : "";
    }
    String step = access.group(2) == null ? "" : "(" + access.group(2) + ")";
    String arguments = access.group(4) == null ? "" : " " + access.group(4);
    Matcher result = RESULT.matcher(access.group(5));
    return "  "
        + Strings.padEnd(step, 5, ' ')
        + " "
        + operation(access.group(1), access.group(3), arguments)
        + (result.matches() ? " = " + result.group(1) : "");
  }

  private static String operation(String name, String word, String arguments) {
    return switch (name) {
      case "update" -> "atomic " + word + arguments;
      case "store" -> "store " + word + " :=" + arguments;
      default -> name + " " + word + arguments;
    };
  }

  private static String print(List<List<String>> rows) {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        line.append(Strings.padEnd(row.get(i), widths[i], ' ')).append(GAP);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
