package org.cowcheck.litmus;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Results on record, by path; columns are known by the words in the first line. */
public final class RecordedResults {
  private final ImmutableMap<String, LitmusRow> byPath;

  private RecordedResults(ImmutableMap<String, LitmusRow> byPath) {
    this.byPath = byPath;
  }

  /**
   * Reads a table with at least the columns path and verdict.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static RecordedResults read(Reader source) throws IOException {
    Map<String, LitmusRow> rows = new LinkedHashMap<>();
    try (CSVParser parser =
        CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get().parse(source)) {
      List<String> columns = parser.getHeaderNames();
      if (!columns.containsAll(List.of("path", "verdict"))
          || columns.size() > columns.stream().distinct().count()) {
        throw new IllegalArgumentException(
            "expected a first line with the columns path and verdict, each column once");
      }
      for (CSVRecord row : parser) {
        add(row, parser.getCurrentLineNumber(), columns.size(), rows);
      }
    } catch (UncheckedIOException e) {
      // What the parser throws when it goes on to a row that it cannot read.
      throw e.getCause();
    }
    return new RecordedResults(ImmutableMap.copyOf(rows));
  }

  private static void add(CSVRecord row, long line, int columns, Map<String, LitmusRow> rows) {
    LitmusRow recorded = LitmusRow.read(row);
    if (recorded.path().isEmpty() || recorded.verdict().isEmpty()) {
      throw new IllegalArgumentException("line " + line + ": expected a path and a verdict");
    }
    if (row.size() > columns) {
      throw new IllegalArgumentException(
          "line %d: expected %d columns, found %d".formatted(line, columns, row.size()));
    }
    if (rows.put(recorded.path(), recorded) != null) {
      throw new IllegalArgumentException(
          "line %d: expected each path once, found %s again".formatted(line, recorded.path()));
    }
  }

  /** How a result differs from the record, or the empty string; what is not recorded is free. */
  public String difference(LitmusRow found) {
    LitmusRow recorded = byPath.get(found.path());
    if (recorded == null) {
      return "not on record";
    }
    List<String> differences = new ArrayList<>();
    compare("verdict", recorded.verdict(), found.verdict(), differences);
    if (!recorded.flags().equals(found.flags())) {
      differences.add("flags '%s' instead of '%s'".formatted(found.flags(), recorded.flags()));
    }
    compare("states", recorded.states(), found.states(), differences);
    compare("positive", recorded.positive(), found.positive(), differences);
    compare("negative", recorded.negative(), found.negative(), differences);
    return differences.stream().collect(Collectors.joining(", "));
  }

  private static void compare(
      String what, String recorded, String found, List<String> differences) {
    if (!recorded.isEmpty() && !recorded.equals(found)) {
      differences.add("%s %s instead of %s".formatted(what, found, recorded));
    }
  }
}
