package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.Journal;
import org.cowcheck.journal.JournalContents;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code compare} and {@code merge}: what is otherwise is said, and nothing is overwritten. */
final class JournalCommandsTest {
  @TempDir private Path directory;

  private static Entry.CellDone cell(String text) {
    List<String> parts = Splitter.on(' ').splitToList(text);
    return new Entry.CellDone(
        1,
        parts.size() > 3 ? "jcstress" : "explorer",
        parts.get(0),
        parts.get(1),
        parts.get(1).equals("Never"),
        Long.parseLong(parts.get(2)),
        1,
        List.of(),
        parts.size() > 3 ? List.of(new Entry.Count(parts.get(3), 1)) : List.of(),
        "",
        "",
        "",
        "cowcheck check --scenario " + parts.get(0),
        "2026-11-25T00:00:00Z",
        null);
  }

  /** A journal with one run of these cells: name, verdict, executions, and perhaps an outcome. */
  private String journal(String name, String shard, boolean ended, String... cells)
      throws IOException {
    Path at = directory.resolve(name);
    try (Journal journal = Journal.open(at)) {
      journal.append(
          new Entry.RunBegun(1, "2026-11-25T00:00:00Z", "m", "17", name, cells.length, shard));
      for (String cell : cells) {
        journal.append(cell(cell));
      }
      if (ended) {
        journal.append(new Entry.RunEnded(1, "2026-11-25T01:00:00Z", 0));
      }
    }
    return at.toString();
  }

  private String journal(String name, String... cells) throws IOException {
    return journal(name, "1/1", true, cells);
  }

  @Test
  void compareFindsNothing_inTheSameAnswers() throws IOException {
    String a = journal("a", "x Never 7", "y Sometimes 8");
    String b = journal("b", "x Never 7", "y Sometimes 8", "z Never 1");
    CommandRun run = CommandRun.of("compare", a, b);
    assertEquals(ExitCode.OK, run.exit(), run::toString);
    assertTrue(run.out().contains("2 cells in both, 1 in the second alone"), run::out);
    assertTrue(run.out().contains("Differences: none"), run::out);
  }

  @Test
  void compareFindsEachKindOfChange() throws IOException {
    String a =
        journal("a", "v Never 7", "w Never 7", "x Sometimes 7", "y Never 7", "z passed 9 0,0");
    String b = journal("b", "v Sometimes 7", "w Unknown 7", "x Sometimes 6", "z passed 9 0,1");
    CommandRun run = CommandRun.of("compare", a, b);
    assertEquals(ExitCode.DIFFERS, run.exit());
    for (String line :
        List.of(
            "Differences: 5",
            "new Sometimes: v: Never before, Sometimes now",
            "    Alone: cowcheck check --scenario v",
            "lost Never: w: Never before, Unknown now",
            "other number of executions: x: 7 before, 6 now",
            "not done: y: Never before, nothing now",
            "outcome never seen before: z: not seen before, 0,1 now")) {
      assertTrue(run.out().contains(line), () -> line + " in " + run.out());
    }
  }

  @Test
  void compareWantsRunsThatHaveEnded() throws IOException {
    String a = journal("a", "x Never 7");
    CommandRun run = CommandRun.of("compare", a, journal("b", "1/1", false, "x Never 7"));
    assertBadInput(run, "expected a run that has ended");
    assertBadInput(
        CommandRun.of("compare", a, directory.resolve("none").toString()),
        "expected a directory of 'cowcheck nightly'");
  }

  private static void assertBadInput(CommandRun run, String why) {
    assertEquals(ExitCode.BAD_INPUT, run.exit(), run::toString);
    assertTrue(run.err().contains(why), run::err);
    assertEquals(1, run.err().lines().count(), run::err);
  }

  @Test
  void partsOfAGridBecomeOneRun() throws IOException {
    String a = journal("a", "1/2", true, "x Never 7", "y Sometimes 8");
    String b = journal("b", "2/2", true, "z Never 1", "x Never 7");
    String out = directory.resolve("merged").toString();
    CommandRun run = CommandRun.of("merge", a, b, "--out", out);
    assertEquals(ExitCode.OK, run.exit(), run::toString);
    JournalContents merged = JournalContents.read(Path.of(out).resolve(Journal.FILE));
    assertEquals(3, merged.cells(1).size());
    assertEquals("1/1", merged.latestRun().orElseThrow().shard());
    assertTrue(merged.hasEnded(1));
    assertEquals(ExitCode.OK, CommandRun.of("compare", a, out).exit());
  }

  @Test
  void aMissingPartIsInTheShardOfTheMergedRun() throws IOException {
    String a = journal("a", "1/3", true, "x Never 7");
    String b = journal("b", "3/3", true, "y Never 7");
    CommandRun run = CommandRun.of("merge", a, b, "--out", directory.resolve("merged").toString());
    assertTrue(run.out().contains("(parts 1/3 3/3)"), run::out);
  }

  @Test
  void aCellWithTwoAnswersIsRefused_andNothingIsWritten() throws IOException {
    String a = journal("a", "x Never 7");
    String b = journal("b", "x Sometimes 7");
    Path out = directory.resolve("merged");
    assertBadInput(
        CommandRun.of("merge", a, b, "--out", out.toString()), "x is Sometimes there and Never in");
    assertFalse(Files.exists(out));
  }

  @Test
  void mergeOverwritesNothing() throws IOException {
    String a = journal("a", "x Never 7");
    assertBadInput(CommandRun.of("merge", a, "--out", a), "nothing is overwritten");
  }

  @Test
  void aDamagedLineIsSaid_andTheRestIsCompared() throws IOException {
    String a = journal("a", "x Never 7");
    String b = journal("b", "x Never 7", "y Never 8");
    Path file = Path.of(b).resolve(Journal.FILE);
    Files.writeString(file, Files.readString(file).replace("\"y\"", "\"q\""));
    CommandRun run = CommandRun.of("compare", a, b);
    assertEquals(ExitCode.OK, run.exit(), run::toString);
    assertTrue(run.err().contains(Journal.FILE + ":4: left out"), run::err);
  }
}
