package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.Journal;
import org.cowcheck.journal.JournalContents;

/**
 * A journal of two runs that reports are made of: a real one, and one in which much is otherwise.
 */
final class ReportedNights {
  static final String SCENARIO = "pageslab-at-free";

  /** Sometimes, with a witness, in both runs and on record. */
  static final String WITNESSED = SCENARIO + " seed lkmm x generic marked";

  /** Never in the first run and on record; Sometimes in the second. */
  static final String BROKEN = SCENARIO + " seed-with-reader-rmb lkmm x generic marked";

  /** Its engine fails in the second run. */
  static final String FAILED = SCENARIO + " seed-with-reader-rmb sc x generic marked";

  /** Unknown in the second run, on record as Never. */
  static final String STOPPED = SCENARIO + " seed sc x generic marked";

  /** Its witness is of an execution that the scenario does not have. */
  static final String STALE = SCENARIO + " seed-without-wmb lkmm x generic marked";

  /** Of another engine, which only the second run has. */
  static final String SAMPLED = SCENARIO + " <hardware> & \"more\"";

  /** Of another engine, and Unknown. */
  static final String SAMPLED_UNKNOWN = SCENARIO + " too-slow";

  static final int CELLS = 9;

  private ReportedNights() {}

  /** Writes the journal into a directory. */
  static void write(Path directory) {
    try {
      Path first = directory.resolveSibling(directory.getFileName() + "-first");
      assertEquals(
          0,
          Main.run(
              "nightly",
              "--out",
              first.toString(),
              "--quiet",
              "--jobs",
              "1",
              "--scenario",
              SCENARIO,
              "--patch",
              "seed,seed-with-reader-rmb,seed-without-wmb",
              "--model",
              "sc,lkmm",
              "--platform",
              "generic"));
      Files.createDirectories(directory);
      Files.copy(first.resolve(Journal.FILE), directory.resolve(Journal.FILE));
      try (Journal journal = Journal.open(directory)) {
        second(journal, JournalContents.withWitnesses(directory.resolve(Journal.FILE), 1));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void second(Journal journal, JournalContents before) throws IOException {
    Entry.RunBegun begun = before.latestRun().orElseThrow();
    journal.append(
        new Entry.RunBegun(
            2, "2026-01-02T03:04:05Z", begun.machine(), begun.java(), "other", CELLS, "1/1"));
    for (Entry.CellDone done : before.cells(1).values()) {
      if (!done.cell().endsWith(" marked")) {
        continue;
      }
      journal.append(
          switch (done.cell()) {
            case BROKEN -> again(done, "Sometimes", "", "", null);
            case FAILED -> again(done, "failed", "", "java.lang.OutOfMemoryError: <heap>", null);
            case STOPPED -> again(done, "Unknown", "--timeout 1s", "", null);
            case STALE -> again(done, done.verdict(), "", "", stale(done.witness()));
            default -> again(done, done.verdict(), "", "", done.witness());
          });
    }
    journal.append(sampled(SAMPLED, "Sometimes", ""));
    journal.append(sampled(SAMPLED_UNKNOWN, "Unknown", "the budget"));
    journal.append(new Entry.RunEnded(2, "2026-01-02T04:04:05Z", 1));
  }

  private static JsonObject stale(JsonObject witness) {
    JsonObject other = witness.deepCopy();
    other.addProperty("patch", "a-patch-of-old");
    return other;
  }

  private static Entry.CellDone sampled(String cell, String verdict, String stopped) {
    return new Entry.CellDone(
        2,
        "jcstress",
        cell,
        verdict,
        false,
        1000,
        1,
        List.of(),
        List.of(new Entry.Count("0, 1", 999), new Entry.Count("1, 1", 1)),
        "",
        stopped,
        "",
        "cowcheck stress it",
        "2026-01-02T03:05:05Z",
        null);
  }

  private static Entry.CellDone again(
      Entry.CellDone done, String verdict, String stopped, String message, JsonObject witness) {
    return new Entry.CellDone(
        2,
        done.engine(),
        done.cell(),
        verdict,
        verdict.equals("Never"),
        done.executions(),
        done.seconds(),
        done.races(),
        done.outcomes(),
        witness == null ? "" : done.broken(),
        stopped,
        message,
        done.reproduce(),
        "2026-01-02T03:05:05Z",
        witness);
  }
}
