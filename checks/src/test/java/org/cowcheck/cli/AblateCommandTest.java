package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ObjectArrays;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user sees who drops the parts of a patch. */
final class AblateCommandTest {
  private static final String BARRIERS = "S2-with-088b8aa537c2";
  private static final String SWAP = "gup-fast-vs-swap-out";
  private static final String KSM = "gup-fast-vs-ksm-same-pte";

  @TempDir private Path directory;

  private CommandRun ablate(String... arguments) {
    return CommandRun.of(
        ObjectArrays.concat(
            new String[] {"ablate", "--witnesses", directory.toString()}, arguments, String.class));
  }

  private static List<String> names(JsonArray cells) {
    List<String> names = new ArrayList<>();
    for (JsonElement cell : cells) {
      names.add(cell.getAsJsonObject().get("scenario").getAsString());
    }
    return names;
  }

  /** Per part and model: its role, the weakest barrier that is enough, and what it protects. */
  private static Map<String, String> roles(CommandRun run) {
    Map<String, String> roles = new TreeMap<>();
    for (JsonElement part :
        JsonParser.parseString(run.out()).getAsJsonObject().getAsJsonArray("parts")) {
      for (JsonElement element : part.getAsJsonObject().getAsJsonArray("findings")) {
        JsonObject finding = element.getAsJsonObject();
        roles.put(
            part.getAsJsonObject().get("id").getAsString()
                + " "
                + finding.get("model").getAsString(),
            finding.get("role").getAsString()
                + (finding.get("sufficing").isJsonNull()
                    ? ""
                    : ", " + finding.get("sufficing").getAsString())
                + names(finding.getAsJsonArray("protects")));
      }
    }
    return roles;
  }

  /** Two through swap-out, two through KSM, and the one after clearing needs only smp_wmb. */
  @Test
  void theFourBarriersAreNecessaryOnGeneric() {
    CommandRun run =
        ablate(BARRIERS, "--scenario", SWAP + "," + KSM, "--model", "sc,lkmm", "--format", "json");
    assertEquals(0, run.exit(), run.err());
    Map<String, String> expected = new TreeMap<>();
    for (String part : List.of("E1", "E4", "G12", "G17")) {
      expected.put(part + " sc", "redundant[]");
    }
    expected.put("U8a sc", "redundant[]");
    expected.put("U8a lkmm", "redundant[]");
    expected.put("E1 lkmm", "necessary[" + SWAP + "]");
    expected.put("G12 lkmm", "necessary[" + SWAP + "]");
    expected.put("E4 lkmm", "necessary, smp_wmb[" + KSM + "]");
    expected.put("G17 lkmm", "necessary[" + KSM + "]");
    assertEquals(expected, roles(run));
  }

  @Test
  void theFirstBarrierIsRedundantWhereTheFlushOrders() {
    CommandRun run =
        ablate(
            BARRIERS,
            "--scenario",
            SWAP,
            "--model",
            "lkmm",
            "--platform",
            "arm64",
            "--format",
            "json");
    assertEquals("redundant[]", roles(run).get("E1 lkmm"), run.out());
    assertEquals("necessary[" + SWAP + "]", roles(run).get("G12 lkmm"), run.out());
  }

  @Test
  void theSeedSaysWhatEachHunkProtects() {
    CommandRun run =
        ablate(
            "seed",
            "--scenario",
            "pageslab-at-free*,memory-failure-at-free",
            "--model",
            "sc",
            "--format",
            "json");
    Map<String, String> roles = roles(run);
    assertEquals("necessary[memory-failure-at-free]", roles.get("MX16 sc"));
    assertEquals("necessary[pageslab-at-free]", roles.get("F8 sc"));
    assertEquals(
        "necessary[pageslab-at-free-huge-page, pageslab-at-free-huge-page-tail]",
        roles.get("HR3 sc"));
    assertEquals("redundant[]", roles.get("F9 sc"));
    assertEquals("not run[]", roles.get("MV55 sc"));
  }

  @Test
  void theBarrierOfTheWriterIsNecessaryWithThatOfTheReader() {
    CommandRun run =
        ablate(
            "seed-with-reader-rmb",
            "--scenario",
            "pageslab-at-free",
            "--model",
            "lkmm",
            "--format",
            "json");
    Map<String, String> roles = roles(run);
    assertEquals("necessary, smp_wmb[pageslab-at-free]", roles.get("F9 lkmm"));
    assertEquals("necessary[pageslab-at-free]", roles.get("after T2 lkmm"));
    assertEquals("not run[]", roles.get("after T6 lkmm"));
    assertEquals(
        "untold[]",
        roles(
                ablate(
                    "seed",
                    "--scenario",
                    "pageslab-at-free",
                    "--model",
                    "lkmm",
                    "--format",
                    "json"))
            .get("F9 lkmm"));
  }

  @Test
  void theTextNamesWhatBreaksAndHowToReplayIt() {
    CommandRun run = ablate("seed", "--scenario", "pageslab-at-free", "--model", "sc");
    assertEquals(0, run.exit(), run.err());
    assertEquals("", run.err());
    assertTrue(
        run.out().contains("  F8   hunk in free_pages_prepare       necessary 1"), run.out());
    assertTrue(
        run.out()
            .contains(
                """
                  sc x generic: necessary; the only scenario that comes by it breaks without it:
                      pageslab-at-free
                """),
        run.out());
    assertTrue(run.out().contains("  sc x generic: without T3, F9\n"), run.out());
    assertTrue(run.out().contains("  sc x generic: 1 scenario holds ("), run.out());
    List<String> wide =
        run.out()
            .lines()
            .filter(line -> line.length() > 100 && !line.contains(directory.toString()))
            .toList();
    assertEquals(List.of(), wide);
    Path file = directory.resolve("pageslab-at-free.seed-without-clear.sc.generic.marked.json");
    assertTrue(Files.exists(file), run.out());
    assertTrue(run.out().contains("replay " + file), run.out());
    CommandRun replay = CommandRun.of("replay", file.toString());
    assertEquals(1, replay.exit(), replay.err());
  }

  @Test
  void aCellThatBreaksAnywayIsNamed() {
    CommandRun run = ablate("seed", "--scenario", "pageslab-at-free", "--model", "lkmm");
    assertTrue(
        run.out()
            .contains(
                "  lkmm x generic: 0 scenarios hold (0 executions); 1 breaks with it as well and"
                    + " tells nothing:\n      pageslab-at-free\n"),
        run.out());
    assertTrue(
        run.out()
            .contains(
                "untold; the 1 scenario that comes by it breaks with the whole patch as well"),
        run.out());
  }

  @Test
  void aBoundGivesUnknownAndExitsWithThree() {
    CommandRun run =
        ablate(BARRIERS, "--scenario", SWAP, "--model", "lkmm", "--max-executions", "100");
    assertEquals(3, run.exit(), run.out());
    assertTrue(run.out().contains("1 not explored to the end (--max-executions 100)"), run.out());
    assertTrue(run.out().lines().noneMatch(line -> line.endsWith("redundant 1")), run.out());
  }

  @Test
  void reportsDoNotDependOnTheNumberOfThreads() {
    String[] arguments = {BARRIERS, "--scenario", KSM, "--model", "lkmm"};
    String one =
        ablate(ObjectArrays.concat(arguments, new String[] {"--threads", "1"}, String.class)).out();
    String three =
        ablate(ObjectArrays.concat(arguments, new String[] {"--threads", "3"}, String.class)).out();
    assertEquals(one, three);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ablate S3 | 'S3' (v6.1) has no parts that could be dropped; name a patch that changes",
        "ablate sed | unknown patch 'sed'; did you mean 'seed'?",
        "ablate | Missing required parameter: 'PATCH'",
        "ablate seed --scenario pageslab-at-fre | unknown scenario 'pageslab-at-fre'",
        "ablate seed --model lkm | unknown model 'lkm'; did you mean 'lkmm'?",
        "ablate seed --platform arm | unknown platform 'arm'",
        "ablate seed --accesses mark | unknown accesses 'mark'",
        "ablate seed --max-executions 0 | --max-executions must be at least 1, not 0",
        "ablate seed --format xml | expected one of [text, json]",
        "diff seed | Missing required parameter: 'PATCH-B'",
        "diff seed sed | unknown patch 'sed'; did you mean 'seed'?",
        "diff seed S2 --threads 0 | --threads must be at least 1, not 0"
      })
  void badInputIsOneLineAndExitsWithTwo(String arguments, String message) {
    CommandRun run = CommandRun.of(arguments.split(" "));
    assertEquals(2, run.exit());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains(message), run.err());
    assertEquals("", run.out());
  }

  @Test
  void bothCommandsHelp() {
    for (String command : List.of("ablate", "diff")) {
      CommandRun run = CommandRun.of(command, "--help");
      assertEquals(0, run.exit(), run.err());
      assertTrue(run.out().startsWith("Usage: cowcheck " + command), run.out());
    }
  }
}
