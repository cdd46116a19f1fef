package org.cowcheck.litmus;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;

/**
 * A result as a row of a table; the counts are empty where they are not known.
 *
 * @param path the file, as it was found
 * @param verdict Never, Sometimes, Always, Unknown, Unsupported or Malformed
 * @param flags joined by {@code |}, in order
 */
public record LitmusRow(
    String path, String verdict, String flags, String states, String positive, String negative) {
  /** The verdict of a test that says something which cannot be run. */
  public static final String UNSUPPORTED = "Unsupported";

  /** The verdict of a file that is no test. */
  public static final String MALFORMED = "Malformed";

  private static final ImmutableList<String> COLUMNS =
      ImmutableList.of("path", "verdict", "flags", "states", "positive", "negative");

  /** A row for a result. */
  public static LitmusRow of(String path, LitmusResult result) {
    return new LitmusRow(
        path,
        result.verdict(),
        String.join("|", result.flags()),
        Integer.toString(result.states().size()),
        Long.toString(result.positive()),
        Long.toString(result.negative()));
  }

  /** A row for a file without a result. */
  public static LitmusRow without(String path, String verdict) {
    return new LitmusRow(path, verdict, "", "", "", "");
  }

  /** A row of a record; columns that it lacks are empty. */
  static LitmusRow read(CSVRecord row) {
    List<String> cells =
        COLUMNS.stream().map(column -> row.isSet(column) ? row.get(column).trim() : "").toList();
    return new LitmusRow(
        cells.get(0),
        cells.get(1),
        String.join(
            "|", new TreeSet<>(Splitter.on('|').omitEmptyStrings().splitToList(cells.get(2)))),
        cells.get(3),
        cells.get(4),
        cells.get(5));
  }

  /** Whether there is a result. */
  public boolean isResult() {
    return !verdict.equals(UNSUPPORTED) && !verdict.equals(MALFORMED);
  }

  /** The first line of the table. */
  public static String header() {
    return csv(ImmutableList.<String>builder().addAll(COLUMNS).add("seconds").build());
  }

  /** The row as a line of the table. */
  public String csv(double seconds) {
    return csv(
        ImmutableList.of(
            path,
            verdict,
            flags,
            states,
            positive,
            negative,
            String.format(Locale.ROOT, "%.3f", seconds)));
  }

  private static String csv(ImmutableList<String> cells) {
    StringBuilder line = new StringBuilder();
    try {
      CSVFormat.RFC4180.builder().setRecordSeparator('\n').get().printRecord(line, cells.toArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return line.toString();
  }

  /** The row as an object. */
  public JsonObject json(double seconds) {
    JsonObject object = new JsonObject();
    object.addProperty("path", path);
    object.addProperty("verdict", verdict);
    object.addProperty("flags", flags);
    if (isResult()) {
      object.addProperty("states", Long.valueOf(states));
      object.addProperty("positive", Long.valueOf(positive));
      object.addProperty("negative", Long.valueOf(negative));
    }
    object.addProperty("seconds", seconds);
    return object;
  }
}
