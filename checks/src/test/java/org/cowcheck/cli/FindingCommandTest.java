package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user of {@code finding} sees. */
final class FindingCommandTest {
  private static CommandRun finding(Path out, String arguments) {
    return CommandRun.of(("finding " + arguments + " --threads 1 --out " + out).split(" "));
  }

  @Test
  void whatIsNever_isNoFinding(@TempDir Path out) {
    CommandRun run = finding(out, "just-freed:put:pageslab --patch S3 --model sc");
    assertEquals(ExitCode.OK, run.exit(), run.err());
    assertTrue(
        run.out().contains("just-freed:put:pageslab S3 sc x generic marked: Never\n"), run.out());
    assertTrue(run.out().contains("0 findings: 0 new, 0 variants, 0 known\n"), run.out());
    assertTrue(Files.exists(out.resolve("findings").resolve("findings.json")));
  }

  @Test
  void aBound_isUnknown(@TempDir Path out) {
    CommandRun run =
        finding(out, "just-freed:put:pageslab --patch S3 --model lkmm --max-executions 1");
    assertEquals(ExitCode.UNKNOWN, run.exit(), run.out());
    assertTrue(run.out().contains("Unknown (--max-executions 1)\n"), run.out());
  }

  /** The causes of the whole catalogue are looked for. */
  @Test
  @Tag("nightly")
  void aRace_isAFindingThatReplays(@TempDir Path out) {
    CommandRun run = finding(out, "just-freed:put:pageslab --patch seed --model lkmm");
    assertEquals(ExitCode.FOUND, run.exit(), run.err());
    assertTrue(run.out().contains("Known in the catalogue:\n  pageslab-at-free "), run.out());
    Path witness = out.resolve("findings/01-put-vs-pageslab-of-just-freed/witness.json");
    CommandRun replay = CommandRun.of("replay", witness.toString());
    assertEquals(ExitCode.FOUND, replay.exit(), replay.err());
    CommandRun again = finding(out, "just-freed:put:pageslab --patch seed --model lkmm");
    assertEquals(run.out(), again.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exclusive:frok --patch S3 | expected an operation, one of ",
        "fork --patch S3 | expected START:OPERATION+OPERATION:OPERATION",
        "exclusive:fork --patch S9 | unknown patch 'S9'",
        "exclusive:fork --patch S3 --model pso | unknown model 'pso'",
        "exclusive:fork --patch S3 --max-executions 0 | --max-executions must be at least 1, not 0",
        "exclusive:fork | Missing required option: '--patch=NAME'",
        "--patch S3 | Missing required parameter: 'PROGRAM'"
      })
  void badInput_givesOneLine(String arguments, String message, @TempDir Path out) {
    CommandRun run = finding(out, arguments);
    assertEquals(ExitCode.BAD_INPUT, run.exit());
    assertEquals("", run.out());
    assertTrue(run.err().contains(message), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  @Test
  void anOutThatIsAFile_givesOneLine(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    CommandRun run = finding(file, "just-freed:put:pageslab --patch S3 --model sc");
    assertEquals(ExitCode.BAD_INPUT, run.exit());
    assertTrue(run.err().contains("choose another --out"), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }
}
