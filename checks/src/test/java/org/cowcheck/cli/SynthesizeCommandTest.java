package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user of {@code synthesize} sees. */
final class SynthesizeCommandTest {
  private static final int COLUMNS = 100;

  private static CommandRun synthesize(String arguments) {
    return CommandRun.of(("synthesize " + arguments).split(" "));
  }

  @Test
  void theBarriersOfPageSlab_areFoundAndExplained() {
    CommandRun run =
        synthesize(
            "seed-without-wmb --scenario pageslab-at-free --allow wmb,smp_rmb --solutions 1");
    assertEquals(ExitCode.OK, run.exit());
    assertTrue(run.out().contains("wmb() after F8 in free_pages_prepare()"), run.out());
    assertTrue(run.out().contains("smp_rmb() before T3 in PageSlab()"), run.out());
    assertTrue(run.out().contains("pageslab-at-free  Never, 3 executions"), run.out());
    assertTrue(
        run.out()
            .contains(
                "To keep: seed-without-wmb, plus InsertAfter F8 wmb, plus InsertBefore T3 smp_rmb"),
        run.out());
    assertEquals("", run.err());
    run.out().lines().forEach(line -> assertTrue(line.length() <= COLUMNS, line));
  }

  @Test
  void everyNumberIsInTheJson() {
    CommandRun run =
        synthesize(
            "seed-without-wmb --scenario pageslab-at-free --solutions 1 --format json"
                + " --cost smp_wmb=5,wmb=1 --hot free_pages_prepare=3,PageSlab=1");
    assertEquals(ExitCode.OK, run.exit());
    JsonObject json = JsonParser.parseString(run.out()).getAsJsonObject();
    assertEquals("found", json.get("result").getAsString());
    JsonObject set = json.getAsJsonArray("sets").get(0).getAsJsonObject();
    assertEquals(3 * 1 + 2, set.get("cost").getAsInt());
    assertEquals(
        "pageslab-at-free",
        set.getAsJsonArray("edits").get(0).getAsJsonObject().get("neededFor").getAsString());
    assertEquals(
        3, set.getAsJsonArray("proofs").get(0).getAsJsonObject().get("executions").getAsInt());
    assertTrue(json.getAsJsonObject("effort").get("explorations").getAsInt() > 2);
  }

  @Test
  void anInterleaving_isSaidToBeOne() {
    CommandRun run = synthesize("seed --scenario pageslab-at-fault --model sc");
    assertEquals(ExitCode.FOUND, run.exit());
    assertTrue(
        run.out().contains("No fence helps: the witness of pageslab-at-fault is an interleaving."),
        run.out());
    JsonObject defeat =
        JsonParser.parseString(
                synthesize("seed --scenario pageslab-at-fault --model sc --format json").out())
            .getAsJsonObject()
            .getAsJsonObject("defeat");
    assertTrue(defeat.get("isInterleaving").getAsBoolean());
    assertEquals("pageslab-at-fault", defeat.get("scenario").getAsString());
  }

  @Test
  void whatIsSafe_needsNothing() {
    CommandRun run = synthesize("S3 --scenario pageslab-at-free");
    assertEquals(ExitCode.OK, run.exit());
    assertTrue(run.out().contains("Nothing is needed"), run.out());
  }

  @Test
  void aBound_isUnknown() {
    CommandRun run = synthesize("seed-without-wmb --scenario pageslab-at-free --max-executions 2");
    assertEquals(ExitCode.UNKNOWN, run.exit());
    assertTrue(run.out().contains("--max-executions 2"), run.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "seed | Missing required option: '--scenario=NAME'",
        "seed --scenario pageslab-at-free --allow smp_foo | unknown kind of edit 'smp_foo'",
        "seed --scenario pageslab-at-free --cost smp_mb | --cost expects NAME=N, not 'smp_mb'",
        "seed --scenario pageslab-at-free --cost smp_mb=0 | whole number from 1 to 1000",
        "seed --scenario pageslab-at-free --hot nowhere=2 | unknown path or function 'nowhere'",
        "seed --scenario pageslab-at-free --max-edits 0 | --max-edits must be at least 1, not 0",
        "seed --scenario pageslab-at-fre | unknown scenario 'pageslab-at-fre'",
        "seed --scenario pageslab-at-free --model pso | unknown model 'pso'",
        "sed --scenario pageslab-at-free | unknown patch 'sed'"
      })
  void badInput_givesOneLine(String arguments, String message) {
    CommandRun run = synthesize(arguments);
    assertEquals(ExitCode.BAD_INPUT, run.exit());
    assertEquals("", run.out());
    assertTrue(run.err().contains(message), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }
}
