package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code lincheck}: verdicts in cowcheck's words, Lincheck's trace, exit codes. */
final class LincheckCommandTest {
  private static CommandRun lincheck(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "lincheck";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return CommandRun.of(all);
  }

  @Test
  void aViolationIsShownWithItsTrace() {
    CommandRun run = lincheck("gup-fast-vs-fork", "--patch", "S3-without-write-protect-seq");
    assertEquals(ExitCode.FOUND, run.exit(), run::toString);
    assertTrue(
        run.out()
            .startsWith(
                "Sometimes  gup-fast-vs-fork S3-without-write-protect-seq: a pinned page lost its"
                    + " exclusivity, as on record under SC"),
        run::out);
    assertTrue(
        Pattern.compile("\\(G21\\) load mm.write_protect_seq = 0\\n {20,}\\(C11\\) atomic mm.pte")
            .matcher(run.out())
            .find(),
        run::out);
    assertTrue(run.out().endsWith("1 cell: 1 Sometimes\n"), run::out);
  }

  @Test
  void aPassSaysHowFarItWent() {
    CommandRun run = lincheck("pageslab-at-free", "--patch", "S3", "--invocations", "5");
    assertEquals(ExitCode.OK, run.exit(), run::toString);
    assertTrue(
        run.out().contains("passed     pageslab-at-free S3: every invariant holds in"), run::out);
  }

  @Test
  void whatCannotRunSaysWhy() {
    CommandRun run =
        lincheck("70cbc3cc78a9-gup-fast-vs-collapse", "--patch", "S3", "--format", "json");
    assertEquals(ExitCode.UNKNOWN, run.exit(), run::toString);
    JsonObject result =
        JsonParser.parseString(run.out())
            .getAsJsonObject()
            .getAsJsonArray("results")
            .get(0)
            .getAsJsonObject();
    assertEquals("cannot run", result.get("verdict").getAsString());
    assertTrue(
        result.get("message").getAsString().contains("has no counterpart outside a kernel"),
        result::toString);
    assertEquals(
        "cowcheck lincheck 70cbc3cc78a9-gup-fast-vs-collapse --patch S3 --invocations 500",
        result.get("reproduce").getAsString());
  }

  @ParameterizedTest
  @CsvSource({
    "no-such-scenario, unknown scenario",
    "--invocations=0, --invocations must be at least 1",
    "--operations=9, --operations must be from 1 to 5",
    "--patch=S9, unknown patch",
  })
  void badInputIsOneLine(String argument, String why) {
    CommandRun run = lincheck(argument);
    assertEquals(ExitCode.BAD_INPUT, run.exit(), run::toString);
    assertTrue(run.err().contains(why), run::err);
    assertEquals(1, run.err().lines().count(), run::err);
  }
}
