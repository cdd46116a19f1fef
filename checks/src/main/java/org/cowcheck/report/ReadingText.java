package org.cowcheck.report;

import com.google.common.base.Strings;
import com.google.common.collect.ImmutableList;
import org.cowcheck.diff.Reading;

/** How a diff was read, as text: a line for each change, and the lines of what is not modelled. */
public final class ReadingText {
  private ReadingText() {}

  /** The table. */
  public static String print(Reading reading) {
    long modelled = reading.rows().stream().filter(Reading.Row::isModelled).count();
    StringBuilder text =
        new StringBuilder(
            "%s applies to %s (%s); %d of %d changes are modelled:%n"
                .formatted(
                    reading.patch(),
                    reading.base(),
                    reading.whyBase(),
                    modelled,
                    reading.rows().size()));
    ImmutableList<ImmutableList<String>> cells =
        reading.rows().stream()
            .map(
                row ->
                    ImmutableList.of(
                        "%s, hunk %d, line %d".formatted(row.file(), row.hunk(), row.line()),
                        row.function().isEmpty() ? "-" : row.function(),
                        row.isModelled() ? row.modelledAs() : "not modelled"))
            .collect(ImmutableList.toImmutableList());
    int place = width(cells, 0);
    int function = width(cells, 1);
    for (int i = 0; i < cells.size(); i++) {
      ImmutableList<String> line = cells.get(i);
      text.append(
          "  %s  %s  %s%n"
              .formatted(
                  Strings.padEnd(line.get(0), place, ' '),
                  Strings.padEnd(line.get(1), function, ' '),
                  line.get(2)));
      if (!reading.rows().get(i).isModelled()) {
        for (String changed : reading.rows().get(i).lines()) {
          text.append(("      " + changed).stripTrailing()).append('\n');
        }
      }
    }
    return text.toString();
  }

  private static int width(ImmutableList<ImmutableList<String>> cells, int column) {
    return cells.stream().mapToInt(line -> line.get(column).length()).max().orElse(0);
  }
}
