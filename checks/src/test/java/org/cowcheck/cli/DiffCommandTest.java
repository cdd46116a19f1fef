package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ObjectArrays;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user sees who compares two patches. */
final class DiffCommandTest {
  @TempDir private Path directory;

  private CommandRun diff(String... arguments) {
    return CommandRun.of(
        ObjectArrays.concat(
            new String[] {"diff", "--witnesses", directory.toString()}, arguments, String.class));
  }

  @Test
  void aChangeIsShownWithTheWitnessOfItsSide() {
    CommandRun run =
        diff(
            "seed",
            "seed-with-reader-rmb",
            "--scenario",
            "pageslab-at-free,pageslab-at-fault",
            "--model",
            "lkmm");
    assertEquals(1, run.exit(), run.err());
    assertTrue(
        run.out().contains("  pageslab-at-free  lkmm x generic  Sometimes  Never\n"), run.out());
    assertTrue(run.out().contains("pageslab-at-free, lkmm x generic: under A\n"), run.out());
    assertTrue(
        run.out().contains("Reordered: CPU1 takes (T4) load page.flags before (T2) load"),
        run.out());
    Path file = directory.resolve("pageslab-at-free.seed.lkmm.generic.marked.json");
    assertTrue(run.out().contains("  replay " + file + "\n"), run.out());
    assertTrue(Files.exists(file));
    assertTrue(run.out().contains("1 of 2 cells changes.\n1 cell is as before: "), run.out());
    assertTrue(
        run.out()
            .lines()
            .noneMatch(line -> line.length() > 100 && !line.contains(directory.toString())),
        run.out());
  }

  @Test
  void whatDoesNotComeByTheDifferenceIsExploredOnce() {
    CommandRun run =
        diff(
            "seed",
            "seed-without-wmb",
            "--scenario",
            "pageslab-at-free,pageslab-at-fault",
            "--model",
            "sc");
    assertEquals(0, run.exit(), run.out());
    assertTrue(run.out().contains("0 of 2 cells change.\n2 cells are as before: "), run.out());
    assertTrue(run.out().contains("1 of these comes by nothing that A and B differ in"), run.out());
  }

  @Test
  void aBoundExitsWithThree() {
    CommandRun run =
        diff(
            "S2",
            "S3",
            "--scenario",
            "gup-fast-vs-fork",
            "--model",
            "sc",
            "--max-executions",
            "10");
    assertEquals(3, run.exit(), run.out());
    assertTrue(
        run.out()
            .contains("gup-fast-vs-fork, sc x generic: A Unknown (--max-executions 10), B Unknown"),
        run.out());
  }

  @Test
  void dataRacesThatChangeAreNamed() {
    CommandRun run =
        diff(
            "S3",
            "S3-with-atomic-free",
            "--scenario",
            "pageslab-at-free",
            "--model",
            "lkmm",
            "--accesses",
            "as-written");
    assertEquals(1, run.exit(), run.out());
    assertTrue(run.out().contains("other data races"), run.out());
    assertTrue(run.out().contains("  only under A: page.flags: CPU0 F4 store"), run.out());
    assertFalse(run.out().contains("only under B"), run.out());
  }

  @Test
  void jsonHasAPairPerCell() {
    CommandRun run =
        diff(
            "S2",
            "S2-with-088b8aa537c2",
            "--scenario",
            "gup-fast-vs-ksm-same-pte",
            "--model",
            "lkmm",
            "--format",
            "json");
    JsonObject pair =
        JsonParser.parseString(run.out())
            .getAsJsonObject()
            .getAsJsonArray("pairs")
            .get(0)
            .getAsJsonObject();
    assertEquals("Sometimes", pair.getAsJsonObject("before").get("verdict").getAsString());
    assertEquals("Never", pair.getAsJsonObject("after").get("verdict").getAsString());
    assertTrue(pair.get("changed").getAsBoolean());
    for (String field : List.of("scenario", "model", "platform", "accesses", "exploredOnce")) {
      assertTrue(pair.has(field), field);
    }
    assertTrue(Files.exists(Path.of(pair.getAsJsonObject("before").get("witness").getAsString())));
  }
}
