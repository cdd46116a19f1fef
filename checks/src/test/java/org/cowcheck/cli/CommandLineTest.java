package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ObjectArrays;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.cowcheck.explore.CatalogueWalk;
import org.cowcheck.explore.CatalogueWalk.Seen;
import org.cowcheck.patch.Patches;
import org.cowcheck.report.VerdictTable;
import org.cowcheck.verdict.CatalogueCells;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user sees: verdicts, exit codes, files and messages. */
final class CommandLineTest {
  @TempDir private Path directory;

  private static CommandRun run(String... arguments) {
    return CommandRun.of(arguments);
  }

  private CommandRun check(String... arguments) {
    List<String> all = new ArrayList<>(List.of("check", "--witnesses", directory.toString()));
    all.addAll(Arrays.asList(arguments));
    return run(all.toArray(new String[0]));
  }

  /** The cells are those that the walk explores for all tests. */
  @Test
  void theWholeCatalogueIsAsRecorded() {
    Expectations expectations = Expectations.read();
    List<Outcome> outcomes =
        Stream.concat(
                CatalogueCells.marked().stream(), CatalogueCells.asWritten(expectations).stream())
            .map(cell -> CatalogueWalk.get().seen(cell).orElseThrow())
            .filter(Seen::isComplete)
            .map(Seen::outcome)
            .toList();
    assertEquals(ExitCode.OK, ExitCode.ofFullCheck(outcomes, expectations));
    String summary = new VerdictTable(expectations).summary(outcomes);
    assertTrue(summary.contains("%d of %<d as recorded".formatted(outcomes.size())), summary);
  }

  @Test
  void theWholeCatalogueIsCheckedAsWrittenOnlyWhereThatIsOnRecord_andABoundDiffersFromTheRecord() {
    CommandRun run = check("--max-executions", "1", "--model", "sc", "--format", "json");
    assertEquals(4, run.exit());
    JsonArray results = results(run);
    int cells =
        CatalogueCells.marked().size() + CatalogueCells.asWritten(Expectations.read()).size();
    assertEquals(cells / 3, results.size());
  }

  @ParameterizedTest
  @CsvSource({
    "S0, sc, Never",
    "S0, tso, Never",
    "S0, lkmm, Never",
    "seed, sc, Never",
    "seed, tso, Never",
    "seed, lkmm, Sometimes",
    "seed-without-wmb, sc, Never",
    "seed-without-wmb, tso, Never",
    "seed-without-wmb, lkmm, Sometimes",
    "seed-with-reader-rmb, sc, Never",
    "seed-with-reader-rmb, tso, Never",
    "seed-with-reader-rmb, lkmm, Never",
    "seed-without-wmb-with-reader-rmb, sc, Never",
    "seed-without-wmb-with-reader-rmb, tso, Never",
    "seed-without-wmb-with-reader-rmb, lkmm, Sometimes",
    "S2, lkmm, Never",
    "S3, lkmm, Never"
  })
  void pageSlabAtFreeHasTheVerdictsThatHerd7Gives(String patch, String model, String verdict) {
    JsonObject result = one("--patch", patch, "--model", model);
    assertEquals(verdict, result.get("verdict").getAsString());
    assertEquals(verdict, result.get("recorded").getAsString());
    assertEquals(0, result.getAsJsonArray("races").size());
  }

  /** The one result of pageslab-at-free under a patch and a model. */
  private JsonObject one(String... arguments) {
    List<String> all =
        new ArrayList<>(List.of("--format", "json", "--scenario", "pageslab-at-free"));
    all.addAll(Arrays.asList(arguments));
    JsonArray results = results(check(all.toArray(new String[0])));
    assertEquals(1, results.size());
    return results.get(0).getAsJsonObject();
  }

  private static JsonArray results(CommandRun run) {
    return JsonParser.parseString(run.out()).getAsJsonObject().getAsJsonArray("results");
  }

  @Test
  void jsonHasTheFieldsThatOtherProgramsRead() {
    JsonObject result = one("--patch", "seed", "--model", "lkmm");
    for (String field :
        List.of(
            "scenario",
            "patch",
            "platform",
            "model",
            "accesses",
            "verdict",
            "executions",
            "blocked",
            "seconds",
            "races",
            "recorded",
            "witness")) {
      assertTrue(result.has(field), field);
    }
    assertEquals("pageslab-at-free", result.get("scenario").getAsString());
    assertEquals("generic", result.get("platform").getAsString());
    assertEquals("marked", result.get("accesses").getAsString());
    assertEquals(8, result.get("executions").getAsInt());
    assertEquals(0, result.get("blocked").getAsInt());
    assertTrue(Files.exists(Path.of(result.get("witness").getAsString())));
  }

  @Test
  void jsonNamesTheDataRacesOfPlainAccesses() {
    JsonObject result =
        one("--patch", "seed-with-reader-rmb", "--model", "lkmm", "--accesses", "as-written");
    assertEquals("Sometimes", result.get("verdict").getAsString());
    Set<String> races = new HashSet<>();
    result
        .getAsJsonArray("races")
        .forEach(
            race -> {
              JsonObject fields = race.getAsJsonObject();
              races.add(
                  fields.get("word").getAsString()
                      + ": "
                      + fields.get("first").getAsString()
                      + ", "
                      + fields.get("second").getAsString());
            });
    assertEquals(
        Set.of(
            "page.flags: CPU0 F13 store, CPU1 T4 load",
            "page.flags: CPU0 F4 store, CPU1 T4 load",
            "page.flags: CPU0 F5 store, CPU1 T4 load",
            "page.flags: CPU0 F8 store, CPU1 T4 load",
            "page.mapping: CPU0 F11 store, CPU1 T2 load"),
        races);
  }

  @Test
  void aSelectionExitsWithZeroWhereAllIsNever() {
    assertEquals(0, check("--scenario", "pageslab-at-free", "--patch", "S3").exit());
  }

  @Test
  void aSelectionExitsWithOneWhereSomethingIsFound() {
    assertEquals(1, check("--scenario", "pageslab-at-free", "--patch", "seed").exit());
    assertEquals(
        1,
        check("--scenario", "pageslab-at-free", "--patch", "S3", "--accesses", "as-written")
            .exit());
  }

  @Test
  void aBoundGivesUnknownAndExitsWithThree() {
    CommandRun run =
        check("--scenario", "kpageflags-at-free", "--patch", "S3", "--max-executions", "10");
    assertEquals(3, run.exit(), run.out());
    assertTrue(
        run.out().contains("Not explored to the end (--max-executions 10): 3 cells"), run.out());
    assertTrue(run.out().contains("verdict Unknown after 10 executions of about "), run.out());
  }

  @Test
  void aBoundOnEventsGivesUnknown() {
    CommandRun run =
        check("--scenario", "kpageflags-at-free", "--patch", "S3", "--max-events", "5");
    assertEquals(3, run.exit(), run.out());
    assertTrue(run.out().contains("Not explored to the end (--max-events 5): 3 cells"), run.out());
  }

  @Test
  void reportsDoNotDependOnTheNumberOfThreads() {
    String[] arguments = {
      "--scenario", "gup-fast-vs-swap-out", "--patch", "S2", "--format", "json"
    };
    String one =
        check(ObjectArrays.concat(arguments, new String[] {"--threads", "1"}, String.class)).out();
    String four =
        check(ObjectArrays.concat(arguments, new String[] {"--threads", "4"}, String.class)).out();
    assertEquals(one.replaceAll("\"seconds\": .*", ""), four.replaceAll("\"seconds\": .*", ""));
  }

  @Test
  void benchShowsExecutionsAndRates() {
    CommandRun run = run("bench", "ainc:3", "--model", "tso", "--runs", "1");
    assertEquals(0, run.exit(), run.err());
    assertTrue(run.out().lines().findFirst().orElseThrow().startsWith("program"), run.out());
    assertTrue(run.out().contains("ainc:3               tso               6"), run.out());
  }

  @ParameterizedTest
  @CsvSource({
    "--scenario=pageslab-at-fr*, pageslab-at-free",
    "--scenario=gup-fast-vs-ksm-same-*, gup-fast-vs-ksm-same-pte",
    "--scenario=57efa1f, gup-fast-vs-fork",
    "--scenario=57efa1fe5957cafe, gup-fast-vs-fork-then-write"
  })
  void scenariosMayBeCalledByABeginningOrByTheirCommit(String option, String scenario) {
    CommandRun run = check(option, "--patch", "S0", "--model", "sc");
    assertTrue(("\n" + run.out()).contains("\n" + scenario + ", marked:"), run.out());
  }

  @Test
  void patchesMayBeCalledByABeginning() {
    CommandRun run =
        check("--scenario", "pageslab-at-free", "--patch", "S1-without-wmb*", "--model", "sc");
    assertTrue(run.out().contains("  seed-without-wmb-with-reader-rmb "), run.out());
    assertTrue(run.out().contains("2 of 2 as recorded"), run.out());
  }

  @Test
  void theSeedMayBeCalledByItsState() {
    assertEquals(1, check("--scenario", "pageslab-at-free", "--patch", "S1").exit());
  }

  @Test
  void aWitnessReplays() {
    CommandRun check =
        check("--scenario", "pageslab-at-free", "--patch", "seed", "--model", "lkmm");
    Path file = directory.resolve("pageslab-at-free.seed.lkmm.generic.marked.json");
    CommandRun replay = run("replay", file.toString());
    assertEquals(1, replay.exit(), replay.err());
    List<String> shown = check.out().lines().takeWhile(line -> !line.isEmpty()).toList();
    assertEquals(shown, replay.out().lines().takeWhile(line -> !line.isEmpty()).toList());
    assertTrue(
        replay
            .out()
            .contains("Reordered: CPU1 (T2) load page.mapping and then CPU1 (T4) load page.flags"),
        replay.out());
  }

  @Test
  void aWitnessOfAWeakModelDoesNotReplayUnderAStrongOne() throws IOException {
    check("--scenario", "pageslab-at-free", "--patch", "seed", "--model", "lkmm");
    Path file = directory.resolve("pageslab-at-free.seed.lkmm.generic.marked.json");
    Path other = directory.resolve("other.json");
    Files.writeString(other, Files.readString(file).replace("\"lkmm\"", "\"tso\""));
    CommandRun replay = run("replay", other.toString());
    assertEquals(2, replay.exit());
    assertTrue(
        replay.err().contains("tso forbids the execution: axiom global-order"), replay.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "check --scenario pageslab-at-fre | unknown scenario 'pageslab-at-fre'; did you mean 'pageslab-at-free', ",
        "check --patch sed | unknown patch 'sed'; did you mean 'seed'?",
        "check --model lkm | unknown model 'lkm'; did you mean 'lkmm'?",
        "check --platform arm | unknown platform 'arm'; did you mean 'arm64'?",
        "check --accesses mark | unknown accesses 'mark'; did you mean 'marked'?",
        "check --modle lkmm | did you mean '--model'?",
        "check --timeout soon | 'soon' is no time; write it like 90s, 5m or 2h",
        "check --max-executions 0 | --max-executions must be at least 1, not 0",
        "check --max-events 0 | --max-events must be at least 1, not 0",
        "check --threads 0 | --threads must be at least 1, not 0",
        "bench ainc | there is no program 'ainc' to measure; there are gupfork:G:R,",
        "bench --model rc11 ainc:2 | unknown model 'rc11'",
        "bench --runs 0 ainc:2 | --runs must be at least 1, not 0",
        "check --format xml | expected one of [text, json, mail]",
        "chekc | did you mean 'check'?",
        "export | expected FILE, or --scenario and --patch, found neither",
        "export --patch seed | expected FILE, or --scenario and --patch, found --patch",
        "export --scenario pageslab-at-free | or --scenario and --patch, found --scenario",
        "export FILE --patch seed | expected FILE or options, found both: 'FILE' and --patch",
        "export FILE FILE | Unmatched argument at index 2: 'FILE'",
        "export no-such-file | no-such-file: expected a witness file, found no such file",
        "check --scenario ksm | did you mean 'slow-gup-vs-ksm', ",
        "check --scenario nothing* | unknown scenario 'nothing'",
        "check --scenario fedcba987654 | unknown scenario 'fedcba987654'",
        "check --scenario CVE-1999-0001 | unknown scenario 'CVE-1999-0001'",
        "check --patch S4 | did you mean 'S0', 'S2' or 'S3'? ('list' shows all ",
        "check --patch S9-without-* | unknown patch 'S9-without-'",
        "check --patch no-such.yaml | no-such.yaml: expected a file, found none",
        "check --patch src | src: expected a file, found a directory",
        "check --patch seed --base S3 | --base says what a diff applies to; 'seed' is none",
        "check --patch 3a5a8d343e1c | '3a5a8d343e1c' means 2 patches: 'S3-with-present-only-invalidate', ",
        "show S4 | did you mean 'S0', 'S2' or 'S3'?",
        "show S3* | 'S3*' means ",
        "steps page_try_shar | unknown path 'page_try_shar'; did you mean 'page_try_share_anon_rmap'",
        "explain 088b8aa537c2 | scenarios: 'gup-fast-vs-ksm-same-pte', 'gup-fast-vs-ksm-changed-pte'",
        "export --scenario nothing --patch seed | unknown scenario 'nothing'",
        "export --scenario pageslab-at-free --patch sed | unknown patch 'sed'",
        "export --scenario pageslab-at-free --patch S0 --model rc11 | unknown model 'rc11'",
        "explain nothing | unknown scenario 'nothing'",
        "replay no-such-file | no-such-file: expected a witness file, found no such file"
      })
  void badInputIsOneLineAndExitsWithTwo(String arguments, String message) {
    CommandRun run = run(arguments.split(" "));
    assertEquals(2, run.exit());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains(message), run.err());
    assertEquals("", run.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hello | expected a witness file (a JSON object), found other text",
        "[1, 2] | expected a witness file (a JSON object), found other text",
        "{} | expected a JSON object with \"format\": \"cowcheck witness\", found \"format\": \"null\"",
        "{\"format\": \"other\"} | found \"format\": \"other\"",
        "{\"format\": \"cowcheck witness\", \"version\": 9} | expected version 1, found 9",
        "{\"format\": \"cowcheck witness\", \"version\": 1} | found that one is missing"
      })
  void aForeignFileIsNamedWithWhatWasExpected(String content, String message) throws IOException {
    Path file = Files.writeString(directory.resolve("foreign"), content);
    CommandRun run = run("replay", file.toString());
    assertEquals(2, run.exit());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains(message), run.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"page.mapping\" | \"page.nothing\" | page.mapping has 1 writes, 0 are recorded",
        "[ [ [-1, 2] | [ [ [7, 2] | there is no event 2 of CPU 7",
        "[ [ [-1, 2] | [ [ [-1, 99] | there is no word 99",
        "[ [ [-1, 2] | [ [ [-1, 0] | cannot read from init W page.flags",
        "[ [ [-1, 2] | [ [ [-1] | expected [CPU, index], found [-1]",
        "[ [ [-1, 2] | [ [ [-1, 2], [-1, 2] | cannot read from init",
        "\"pageslab-at-free\" | \"pageslab-at-fault\" | expected an execution of pageslab-at-fault",
        "\"seed\" | \"sede\" | unknown patch 'sede'; did you mean 'seed'?"
      })
  void aDamagedWitnessIsNamedWithWhatDoesNotFit(String from, String to, String message)
      throws IOException {
    check("--scenario", "pageslab-at-free", "--patch", "seed", "--model", "lkmm");
    Path file = directory.resolve("pageslab-at-free.seed.lkmm.generic.marked.json");
    String text =
        Files.readString(file)
            .replaceAll("\\s+", " ")
            .replaceAll("\\[ (-?\\d+), (-?\\d+) \\]", "[$1, $2]");
    assertTrue(text.contains(from), text);
    Files.writeString(file, text.replace(from, to));
    CommandRun run = run("replay", file.toString());
    assertEquals(2, run.exit(), run.out());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains(message), run.err());
  }

  @Test
  void aWitnessIsExportedAsTheCellThatItIsFrom() {
    check("--scenario", "pageslab-at-free", "--patch", "seed", "--model", "lkmm");
    Path file = directory.resolve("pageslab-at-free.seed.lkmm.generic.marked.json");
    CommandRun ofFile = run("export", file.toString());
    CommandRun ofCell = run("export", "--scenario", "pageslab-at-free", "--patch", "seed");
    assertEquals(0, ofFile.exit(), ofFile.err());
    assertEquals(0, ofCell.exit(), ofCell.err());
    assertTrue(
        ofCell.out().contains("Of the executions that break something, this is the least one."),
        ofCell.out());
    assertEquals(code(ofFile.out()), code(ofCell.out()));
  }

  private static String code(String test) {
    return test.substring(test.indexOf("*)"));
  }

  @Test
  void aCellThatIsNeverIsExportedAsItsLeastExecution() {
    String[] arguments = {"export", "--scenario", "pageslab-at-free", "--patch", "S3"};
    CommandRun run = run(arguments);
    assertEquals(0, run.exit(), run.err());
    assertTrue(
        run.out()
            .startsWith(
                """
            C pageslab-at-free.S3.lkmm.generic.marked

            (*
             * pageslab-at-free under S3, lkmm x generic, marked.
             * Breaks nothing.
             * No execution breaks anything; this is the least one.
             *)
            """),
        run.out());
    assertEquals(run.out(), run(arguments).out());
  }

  @Test
  void everyCommandHelps() {
    for (String command :
        List.of(
            "check",
            "list",
            "steps",
            "show",
            "explain",
            "replay",
            "export",
            "litmus",
            "bench",
            "verdicts")) {
      CommandRun run = run(command, "--help");
      assertEquals(0, run.exit(), run.err());
      assertTrue(run.out().startsWith("Usage: cowcheck " + command), run.out());
    }
    assertTrue(run("export", "--help").out().contains("--scenario NAME --patch NAME"));
  }

  @Test
  void verdictsAreNotLostWhereWitnessesCannotBeWritten() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    CommandRun run =
        run(
            "check",
            "--scenario",
            "pageslab-at-free",
            "--patch",
            "seed",
            "--witnesses",
            file.resolve("below").toString());
    assertEquals(2, run.exit());
    assertTrue(run.out().contains("Sometimes"), run.out());
    assertTrue(run.err().contains("choose another --witnesses"), run.err());
  }

  private Path variant(String text) throws IOException {
    return Files.writeString(directory.resolve("mine.yaml"), text);
  }

  @Test
  void aVariantIsHeldAgainstWhatIsOnRecordOfItsBase() throws IOException {
    Path file = variant("base: seed\nfences: {insert: [{after: T2, fence: smp_rmb}]}\n");
    CommandRun run = check("--scenario", "pageslab-at-free", "--patch", file.toString());
    assertEquals(0, run.exit(), run.err());
    assertTrue(run.out().contains("lkmm Never, seed Sometimes"), run.out());
    assertTrue(
        run.out()
            .endsWith(
                "3 cells, 1 of 3 differ from what is on record of their base: 3 Never, 0 Sometimes,"
                    + " 0 Unknown\n"),
        run.out());
    JsonObject result = one("--patch", file.toString(), "--model", "lkmm");
    assertEquals("mine", result.get("patch").getAsString());
    assertEquals("seed", result.get("base").getAsString());
    assertEquals("Sometimes", result.get("baseRecorded").getAsString());
    assertTrue(result.get("recorded").isJsonNull());
  }

  @Test
  void aVariantThatIsLikeAKnownPatchIsHeldAgainstThat() throws IOException {
    Path file = variant("base: seed\nfences: {drop: [F9]}\n");
    CommandRun run = check("--scenario", "pageslab-at-free", "--patch", file.toString());
    assertEquals(1, run.exit(), run.err());
    assertTrue(run.out().contains("as seed-without-wmb\n"), run.out());
  }

  @Test
  void aKnownPatchThatIsShownIsReadAsThatPatch() throws IOException {
    Path file = variant(run("show", "seed-without-wmb").out());
    JsonObject result = one("--patch", file.toString(), "--model", "lkmm");
    assertEquals("seed-without-wmb", result.get("patch").getAsString());
    assertTrue(result.get("asRecorded").getAsBoolean());
  }

  @Test
  void aWitnessOfAVariantReplaysAndExportsWithoutTheFile() throws IOException {
    Path file = variant("base: seed\nfences: {replace: [{at: F9, fence: smp_wmb}]}\n");
    CommandRun check =
        check("--scenario", "pageslab-at-free", "--patch", file.toString(), "--model", "lkmm");
    Files.delete(file);
    String witness = directory.resolve("pageslab-at-free.mine.lkmm.generic.marked.json").toString();
    CommandRun replay = run("replay", witness);
    assertEquals(1, replay.exit(), replay.err());
    assertTrue(replay.out().contains("(F9)  smp_wmb"), replay.out());
    List<String> shown = check.out().lines().takeWhile(line -> !line.isEmpty()).toList();
    assertEquals(shown, replay.out().lines().takeWhile(line -> !line.isEmpty()).toList());
    assertTrue(run("export", witness).out().contains("pageslab-at-free.mine.lkmm"));
  }

  @Test
  void aDamagedVariantInAWitnessIsNamed() throws IOException {
    Path file = variant("base: seed\nfences: {replace: [{at: F9, fence: smp_wmb}]}\n");
    check("--scenario", "pageslab-at-free", "--patch", file.toString(), "--model", "lkmm");
    Path witness = directory.resolve("pageslab-at-free.mine.lkmm.generic.marked.json");
    Files.writeString(witness, Files.readString(witness).replace("at: F9", "at: F99"));
    CommandRun replay = run("replay", witness.toString());
    assertEquals(2, replay.exit());
    assertTrue(replay.err().contains(witness + ", variant:5:18: unknown step 'F99'"), replay.err());
  }

  /** Where all accesses are taken as marked, marks make no difference. */
  @Test
  void aVariantThatChangesMarksIsCheckedAsWrittenToo() throws IOException {
    Path file = variant("base: seed-with-reader-rmb\nmark: [F8, F11, T2]\n");
    JsonArray results =
        results(
            check(
                "--scenario",
                "pageslab-at-free",
                "--patch",
                file + ",S3",
                "--model",
                "lkmm",
                "--format",
                "json"));
    assertEquals(
        List.of("mine marked", "S3 marked", "mine as-written"),
        results.asList().stream()
            .map(JsonObject.class::cast)
            .map(
                result ->
                    result.get("patch").getAsString() + " " + result.get("accesses").getAsString())
            .toList());
    JsonObject asWritten = results.get(2).getAsJsonObject();
    assertFalse(asWritten.get("races").toString().contains("page.mapping"), asWritten::toString);
  }

  @Test
  void whatTheModelCannotRunIsUnknown() throws IOException {
    Path file = variant("base: S0\nhunks: {add: [F8]}\n");
    CommandRun run = check("--scenario", "pageslab-at-free", "--patch", file.toString());
    assertEquals(3, run.exit(), run.err());
    assertTrue(
        run.out().contains("the model cannot run mine: v5.17 has no PG_anon_exclusive"), run.out());
  }

  /** Nobody lists it, so the scenarios are those of the kernel state that it edits. */
  @Test
  void aCommitMeansTheKernelWithIt() {
    JsonArray results =
        results(
            check(
                "--patch",
                "088b8aa537c2",
                "--model",
                "sc",
                "--max-executions",
                "1",
                "--format",
                "json"));
    assertTrue(results.size() > 50, results::toString);
    JsonObject first = results.get(0).getAsJsonObject();
    assertEquals("S2-with-088b8aa537c2", first.get("patch").getAsString());
    assertEquals("S2", first.get("base").getAsString());
  }

  @Test
  void showPrintsAVariantAndItsSteps() {
    assertEquals(
        """
        name: seed-without-wmb
        title: the seed without its wmb() on free
        base: S1
        fences:
          drop: [F9]

        # (F9) free_pages_prepare, S1: anon: wmb, flag before mapping
        """,
        run("show", "S1-without-wmb").out());
  }

  @ParameterizedTest
  @CsvSource({
    "put_page, F11",
    "PageFree, F11",
    "free_pages_prepare, F11",
    "free_pages_prepare, FT1",
    "F, F11",
    "F11, F11"
  })
  void stepsAreFoundByPathFunctionAndLabel(String chosen, String label) {
    assertTrue(run("steps", chosen).out().contains("  (" + label + ")"), chosen);
  }

  @Test
  void stepsAreListedWithTheirEdits() {
    assertEquals(
        """
        put_page (PageFree.java)
          (F8)    free_pages_prepare, S1                    anon: clear PG_anon_exclusive (PG_slab), not atomically
                  hunks.drop (S1), hunks.add (S0, S2, S3), move (after F11), atomic, mark
        """,
        run("steps", "F8").out());
    JsonObject path =
        JsonParser.parseString(run("steps", "F9", "--format", "json").out())
            .getAsJsonArray()
            .get(0)
            .getAsJsonObject();
    JsonObject step = path.getAsJsonArray("steps").get(0).getAsJsonObject();
    assertEquals("[\"wmb\"]", step.get("fences").toString());
    assertEquals("[\"fences.drop (wmb)\",\"fences.replace\"]", step.get("edits").toString());
  }

  @Test
  void listNamesEveryPatchOfTheSeed() {
    CommandRun run = run("list");
    assertEquals(0, run.exit());
    assertTrue(run.out().contains(" (--scenario): "), run.out());
    assertTrue(
        run.out().contains("\nPatches (--patch): " + Patches.all().size() + "\n"), run.out());
    for (String name :
        List.of(
            "seed, S1",
            "seed-without-wmb",
            "seed-with-reader-rmb",
            "pageslab-at-free",
            "lkmm",
            "arm64")) {
      assertTrue(run.out().contains("  " + name), run.out());
    }
  }

  @Test
  void explainShowsWhoAccessesWordsAndWhichBarriersArePaired() {
    String out = run("explain", "gup-fast-vs-ksm-same-pte").out();
    assertTrue(out.contains("088b8aa537c2"), out);
    assertTrue(
        out.matches("(?s).*mm.pte +page@0x10000.present +read by CPU0, CPU1 +written by CPU1\n.*"),
        out);
    assertTrue(out.matches("(?s).*\\(G12\\)[^\n]*; paired with E1\n.*"), out);
    assertTrue(out.matches("(?s).*\\(E1\\)[^\n]*; paired with G12\n.*"), out);
    // A lock that nobody takes is not there.
    assertFalse(out.contains("lruvec.lock"), out);
  }

  @Test
  void explainShowsStepsAndWhatMustNotBeSeen() {
    CommandRun run = run("explain", "pageslab-at-free");
    assertEquals(0, run.exit());
    assertTrue(run.out().contains("(F9)   free_pages_prepare, S1"), run.out());
    assertTrue(
        run.out().contains("PageSlab() said slab, and the page was no slab page"), run.out());
  }
}
