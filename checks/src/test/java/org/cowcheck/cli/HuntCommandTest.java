package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.cowcheck.journal.Journal;
import org.cowcheck.nightly.StatusFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line of the hunt: what it prints, returns and refuses. */
final class HuntCommandTest {
  private static final String RACY = "S2-without-write-protect-seq";

  @TempDir private Path directory;

  private static CommandRun hunt(String... more) {
    return CommandRun.of(
        Stream.concat(
                Stream.of(
                    "hunt", "--start", "exclusive", "--model", "sc", "--threads", "1", "--quiet"),
                Stream.of(more))
            .toArray(String[]::new));
  }

  @Test
  void aViolationIsShownWithTheCommandThatFindsItAlone() {
    CommandRun run = hunt("--patch", RACY, "--paths", "fork,pin-fast-write");
    assertEquals(1, run.exit(), run::err);
    assertEquals("", run.err());
    assertTrue(run.out().contains("Hunt under " + RACY + ": 4 programs, all done"), run::out);
    assertTrue(
        run.out()
            .contains(
                "Violated: 1 programs\n"
                    + "  exclusive:fork:pin-fast-write\n"
                    + "    sc x generic: a pinned page lost its exclusivity (page)\n"
                    + "    Alone: cowcheck check --scenario exclusive:fork:pin-fast-write --patch "
                    + RACY
                    + " --model sc --platform generic\n"),
        run::out);
  }

  @Test
  void nothingIsFoundInASoundKernel() {
    CommandRun run = hunt("--patch", "S3", "--paths", "fork,pin-fast-write");
    assertEquals(0, run.exit(), run::out);
    assertTrue(run.out().contains("Violated: nothing"), run::out);
  }

  @Test
  void aBoundIsNamed() {
    CommandRun run = hunt("--patch", "S3", "--paths", "pin-fast-write", "--max-executions", "41");
    assertEquals(3, run.exit(), run::out);
    assertTrue(
        run.out()
            .contains(
                "Unknown: 1\n"
                    + "  exclusive:pin-fast-write:pin-fast-write S3 sc x generic marked:"
                    + " --max-executions 41\n"),
        run::out);
  }

  @Test
  void fewPreemptionsShowWhatIsThere_andProveNothing() {
    CommandRun racy = hunt("--patch", RACY, "--paths", "fork,pin-fast-write", "--preemptions", "1");
    assertEquals(1, racy.exit(), racy::out);
    assertTrue(racy.out().contains("Violated: 1 programs\n  exclusive:fork:pin-fast-write\n"));
    CommandRun sound =
        hunt("--patch", "S3", "--paths", "fork,pin-fast-write", "--preemptions", "1");
    assertEquals(3, sound.exit(), sound::out);
    assertTrue(sound.out().contains("Violated: nothing"), sound::out);
    assertTrue(
        sound.out().contains("only interleavings were looked at, with preemptions up to 1\n"),
        sound::out);
  }

  @Test
  void aSpentBudgetSaysWhatIsLeft() {
    CommandRun run =
        hunt("--patch", "S3", "--ops", "2", "--paths", "write,swap-out", "--budget", "1s");
    assertEquals(3, run.exit(), run::out);
    assertTrue(
        run.out().matches("(?s)Hunt under S3: \\d+ programs, \\d+ answers left.*"), run::out);
  }

  @Test
  void aHuntThatIsOverSaysAgainWhatItHasFound() throws IOException {
    String out = directory.resolve("hunt").toString();
    CommandRun first = hunt("--patch", RACY, "--paths", "fork,pin-fast-write", "--out", out);
    long size = Files.size(Path.of(out, Journal.FILE));
    CommandRun again = hunt("--patch", RACY, "--paths", "fork,pin-fast-write", "--out", out);
    assertEquals(1, again.exit());
    assertEquals(
        first.out().replaceAll("this time .*", ""), again.out().replaceAll("this time .*", ""));
    assertTrue(Files.size(Path.of(out, Journal.FILE)) - size < 500, "it was done again");
    assertTrue(Files.readString(Path.of(out, StatusFile.FILE)).contains("\"ended\""));
  }

  @Test
  void aDirectoryInUseIsRefused() throws IOException {
    try (Journal journal = Journal.open(directory)) {
      assertTrue(journal.before().entries().isEmpty());
      CommandRun run = hunt("--patch", "S3", "--paths", "fork", "--out", directory.toString());
      assertEquals(2, run.exit());
      assertTrue(run.err().contains("in use by process"), run::err);
    }
  }

  @Test
  void whatIsFoundIsSaidAtOnceUnlessQuiet() {
    CommandRun run =
        CommandRun.of(
            "hunt",
            "--patch",
            RACY,
            "--start",
            "exclusive",
            "--paths",
            "fork,pin-fast-write",
            "--model",
            "sc",
            "--threads",
            "1");
    assertTrue(run.err().startsWith("4 programs\n"), run::err);
    assertTrue(run.err().contains("violated: exclusive:fork:pin-fast-write (sc): "), run::err);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--patch S9 | unknown patch 'S9'",
        "--patch S3 --cpus 0 | --cpus must be N or M..N, from 1 to 4, not '0'",
        "--patch S3 --cpus 3..2 | --cpus must be N or M..N, from 1 to 4, not '3..2'",
        "--patch S3 --ops many | --ops must be N or M..N, from 1 to 4, not 'many'",
        "--patch S3 --paths fork,jump | --paths: expected an operation, one of ",
        "--patch S3 --start bus | --start: expected a start, one of ",
        "--patch S3 --model alpha | unknown model 'alpha'",
        "--patch S3 --shard 3/2 | --shard must be K/N with K from 1 to N, not '3/2'",
        "--patch S3 --max-executions 0 | --max-executions must be at least 1, not 0",
        "--patch S3 --preemptions=-1 | --preemptions must be at least 0, not -1",
        "--patch S3 --paths put | expected a program, found none",
        "--paths fork | Missing required option: '--patch=PATCH'",
      })
  void badInputIsRefusedInOneLine(String arguments, String message) {
    CommandRun run = hunt(arguments.split(" "));
    assertAll(
        () -> assertEquals(2, run.exit()),
        () -> assertTrue(run.err().startsWith("cowcheck: " + message), run::err),
        () -> assertEquals(1, run.err().lines().count(), run::err),
        () -> assertEquals("", run.out()));
  }

  @Test
  void checkingAClientProgramSaysNothingOfARecord() {
    CommandRun run =
        CommandRun.of(
            "check",
            "--scenario",
            "exclusive:read",
            "--patch",
            "S3",
            "--model",
            "sc",
            "--threads",
            "1");
    assertEquals(0, run.exit(), run::err);
    assertFalse(run.out().contains("record"), run::out);
    assertTrue(run.out().contains("1 cells: 1 Never"), run::out);
  }
}
