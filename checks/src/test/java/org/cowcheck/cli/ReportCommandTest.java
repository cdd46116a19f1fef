package org.cowcheck.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.collect.ImmutableMap;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.maven.plugin.surefire.log.api.NullConsoleLogger;
import org.apache.maven.plugins.surefire.report.ReportTestCase;
import org.apache.maven.plugins.surefire.report.ReportTestSuite;
import org.apache.maven.plugins.surefire.report.TestSuiteXmlParser;
import org.cowcheck.journal.Journal;
import org.cowcheck.report.RunReport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tap4j.model.TestResult;
import org.tap4j.model.TestSet;
import org.tap4j.parser.Tap13Parser;
import org.tap4j.util.DirectiveValues;
import org.tap4j.util.StatusValues;

/** Reports of a journal, read by parsers that are not ours; and journals that are not whole. */
final class ReportCommandTest {
  @TempDir private static Path directory;
  private static Path nights;

  @TempDir private Path own;

  /** What a command printed and returned. */
  private record Run(int exit, String out, String err) {}

  @BeforeAll
  static void write() {
    nights = directory.resolve("nights");
    run(() -> ReportedNights.write(nights));
  }

  private static Run run(Runnable command) {
    return run(
        () -> {
          command.run();
          return 0;
        });
  }

  private static Run report(Path nights, String... options) {
    List<String> arguments = new ArrayList<>(List.of("report", nights.toString()));
    arguments.addAll(List.of(options));
    return run(() -> Main.run(arguments.toArray(new String[0])));
  }

  private static Run run(IntSupplier command) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(outBytes, true, UTF_8));
      System.setErr(new PrintStream(errBytes, true, UTF_8));
      int exit = command.getAsInt();
      return new Run(exit, outBytes.toString(UTF_8), errBytes.toString(UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private static String printed(String... options) {
    Run run = report(nights, options);
    assertEquals("", run.err);
    assertEquals(ExitCode.OK, run.exit);
    return run.out;
  }

  private static JsonObject json(String text) {
    return JsonParser.parseString(text).getAsJsonObject();
  }

  private static JsonObject cell(JsonObject report, String name) {
    return StreamSupport.stream(report.getAsJsonArray("cells").spliterator(), false)
        .map(JsonElement::getAsJsonObject)
        .filter(cell -> cell.get("cell").getAsString().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void textSaysWhatChanged_andWhatIsNotNever() {
    String text = printed();
    assertTrue(text.contains("8 of 9 cells: 1 Never, 4 Sometimes, 2 Unknown, 1 failed"), text);
    assertTrue(text.contains("Not as recorded: 3\n"), text);
    assertTrue(text.contains("  new Sometimes: " + ReportedNights.BROKEN), text);
    assertTrue(text.contains("  failed: " + ReportedNights.FAILED), text);
    assertTrue(text.contains("  lost Never: " + ReportedNights.STOPPED), text);
    assertTrue(text.contains("  pageslab-at-free seed: lkmm x generic\n"), text);
    assertTrue(text.contains("--timeout 1s, after "), text);
    assertTrue(text.contains("    cowcheck check --scenario pageslab-at-free --patch seed "), text);
  }

  @Test
  void anEarlierRunCanBeAskedFor() {
    String text = printed("--run", "1");
    assertTrue(text.startsWith("Run 1 of "), text);
    assertTrue(text.contains("Not as recorded: nothing\n"), text);
  }

  // JSON, by a validator of JSON Schema.

  private static Schema schema() {
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(RunReport.class.getResourceAsStream("report.schema.json"));
  }

  @Test
  void json_isAsItsSchemaSays() {
    String text = printed("--format", "json");
    assertEquals(List.of(), schema().validate(text, InputFormat.JSON));
    assertEquals(RunReport.VERSION, json(text).get("version").getAsInt());
  }

  @Test
  void theSchema_refusesWhatIsOtherwise() {
    JsonObject report = json(printed("--format", "json"));
    cell(report, ReportedNights.WITNESSED).addProperty("verdict", "Perhaps");
    report.getAsJsonArray("graphs").get(0).getAsJsonObject().remove("edges");
    report.addProperty("more", 1);
    assertEquals(3, schema().validate(report.toString(), InputFormat.JSON).size());
  }

  /** The cycle that the README explains. */
  @Test
  void aWitness_isAGraphOfEventsAndEdges() {
    JsonObject report = json(printed("--format", "json", "--cell", ReportedNights.WITNESSED));
    assertEquals(1, report.getAsJsonArray("cells").size());
    assertEquals(1, report.getAsJsonArray("graphs").size());
    JsonObject graph = report.getAsJsonArray("graphs").get(0).getAsJsonObject();
    JsonArray events = graph.getAsJsonArray("events");
    String cycle =
        StreamSupport.stream(graph.getAsJsonArray("cycle").spliterator(), false)
            .map(JsonElement::getAsJsonObject)
            .map(
                edge ->
                    "%s %s %s"
                        .formatted(
                            label(events, edge, "from"),
                            edge.get("relation").getAsString(),
                            label(events, edge, "to")))
            .collect(Collectors.joining(", "));
    assertEquals("F8 po F11, F11 rf T2, T2 po T4, T4 fr F8", cycle);
    assertTrue(
        graph.getAsJsonArray("edges").asList().containsAll(List.of(edge(graph, 1), edge(graph, 3))),
        "rf and fr of the cycle are edges of the graph");
  }

  private static JsonElement edge(JsonObject graph, int ofCycle) {
    return graph.getAsJsonArray("cycle").get(ofCycle);
  }

  private static String label(JsonArray events, JsonObject edge, String end) {
    return events.get(edge.get(end).getAsInt()).getAsJsonObject().get("label").getAsString();
  }

  @Test
  void aWitnessThatDoesNotReplay_isSaidToBeSo() {
    JsonObject stale = cell(json(printed("--format", "json")), ReportedNights.STALE);
    assertTrue(stale.get("graph").isJsonNull());
    String why = stale.get("notReplayed").getAsString();
    assertTrue(why.startsWith("unknown patch 'a-patch-of-old'"), why);
  }

  // JUnit XML, by the parser of Maven's reports.

  @Test
  void junit_isReadByMaven() throws Exception {
    byte[] xml = printed("--format", "junit").getBytes(UTF_8);
    List<ReportTestSuite> suites =
        new TestSuiteXmlParser(new NullConsoleLogger())
            .parse(new InputStreamReader(new ByteArrayInputStream(xml), UTF_8));
    assertEquals(1, suites.size());
    ReportTestSuite suite = suites.get(0);
    assertEquals(8, suite.getNumberOfTests());
    assertEquals(3, suite.getNumberOfFailures());
    assertEquals(1, suite.getNumberOfErrors());
    assertEquals(1, suite.getNumberOfSkipped());
    ImmutableMap<String, ReportTestCase> cases =
        suite.getTestCases().stream()
            .collect(ImmutableMap.toImmutableMap(ReportTestCase::getName, found -> found));
    assertTrue(cases.get(rest(ReportedNights.WITNESSED)).isSuccessful());
    assertEquals("new Sometimes", cases.get(rest(ReportedNights.BROKEN)).getFailureType());
    assertEquals("lost Never", cases.get(rest(ReportedNights.STOPPED)).getFailureType());
    assertTrue(cases.get(rest(ReportedNights.FAILED)).hasError());
    assertTrue(cases.get(rest(ReportedNights.FAILED)).getFailureMessage().contains("<heap>"));
    assertTrue(cases.get(rest(ReportedNights.SAMPLED)).hasFailure());
    assertTrue(cases.get(rest(ReportedNights.SAMPLED_UNKNOWN)).hasSkipped());
  }

  private static String rest(String cell) {
    String engine =
        cell.equals(ReportedNights.SAMPLED) || cell.equals(ReportedNights.SAMPLED_UNKNOWN)
            ? "jcstress "
            : "";
    return engine + cell.substring(ReportedNights.SCENARIO.length() + 1);
  }

  // KTAP, by a parser of TAP, and by the rules of ktap.rst.

  @Test
  void ktap_isReadAsTap() {
    String ktap = printed("--format", "ktap");
    TestSet outer = new Tap13Parser(true).parseTapStream(ktap.replace("KTAP version 1\n", ""));
    assertEquals(1, outer.getPlan().getLastTestNumber());
    TestResult scenario = outer.getTestResults().get(outer.getNumberOfTestResults() - 1);
    assertEquals(StatusValues.NOT_OK, scenario.getStatus());
    assertEquals(ReportedNights.SCENARIO, scenario.getDescription().replace("- ", "").strip());

    TestSet inner =
        new Tap13Parser()
            .parseTapStream(
                ktap.lines()
                    .filter(line -> line.startsWith("  "))
                    .map(line -> line.substring(2))
                    .filter(line -> !line.startsWith("KTAP version"))
                    .collect(Collectors.joining("\n")));
    assertEquals(8, inner.getPlan().getLastTestNumber());
    assertEquals(8, inner.getNumberOfTestResults());
    assertEquals(
        StatusValues.OK, result(inner, rest(ReportedNights.WITNESSED)).getStatus(), "on record");
    for (String cell :
        List.of(
            ReportedNights.BROKEN,
            ReportedNights.FAILED,
            ReportedNights.STOPPED,
            ReportedNights.SAMPLED)) {
      assertEquals(StatusValues.NOT_OK, result(inner, rest(cell)).getStatus(), cell);
    }
    TestResult unknown = result(inner, rest(ReportedNights.SAMPLED_UNKNOWN));
    assertEquals(StatusValues.OK, unknown.getStatus());
    assertEquals(DirectiveValues.SKIP, unknown.getDirective().getDirectiveValue());
  }

  private static TestResult result(TestSet set, String description) {
    return set.getTestResults().stream()
        .filter(result -> result.getDescription().contains(description))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void ktap_hasVersionPlanAndDirectivesWhereTheKernelWantsThem() {
    List<String> lines = printed("--format", "ktap").lines().toList();
    assertEquals("KTAP version 1", lines.get(0));
    assertEquals("1..1", lines.get(1));
    int nested = lines.indexOf("  KTAP version 1");
    assertEquals("  # Subtest: pageslab-at-free", lines.get(nested + 1));
    assertEquals("  1..8", lines.get(nested + 2));
    int number = 0;
    for (String line : lines) {
      assertTrue(
          line.matches(
              " {0,2}(KTAP version 1|1\\.\\.\\d+|# .*|(not )?ok \\d+ [^#]+( # ((SKIP|ERROR|TIMEOUT)"
                  + " )?[^#]*)?)"),
          line);
      if (line.matches("  (not )?ok .*")) {
        number++;
        assertTrue(line.matches("  (not )?ok " + number + " .*"), line);
      }
    }
    assertTrue(lines.contains("not ok 1 pageslab-at-free"));
    assertTrue(
        lines.stream().anyMatch(line -> line.contains(" # ERROR java.lang.OutOfMemoryError")));
    assertTrue(lines.stream().anyMatch(line -> line.contains(" # TIMEOUT Unknown")));
  }

  // Graphviz.

  @Test
  void dot_isADigraphPerExecution() {
    String dot = printed("--format", "dot");
    assertEquals(1, dot.lines().filter(line -> line.startsWith("digraph ")).count());
    assertTrue(dot.contains("xlabel=rf"), dot);
    assertTrue(dot.contains("subgraph cluster_cpu1 {"), dot);
  }

  @Test
  void dot_isReadByGraphviz() throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/dot")), "needs Graphviz: apt-get install graphviz");
    Path file = own.resolve("witness.dot");
    assertEquals(0, report(nights, "--format", "dot", "--run", "1", "--out", file.toString()).exit);
    Process process =
        new ProcessBuilder("/usr/bin/dot", "-Tplain", file.toString())
            .redirectErrorStream(true)
            .start();
    String plain = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), plain);
    assertTrue(plain.lines().filter(line -> line.startsWith("node ")).count() > 40, plain);
  }

  // Journals that are not whole, and what is no journal.

  private Path copy() throws IOException {
    Path copy = Files.createDirectory(own.resolve("copy"));
    Files.copy(nights.resolve(Journal.FILE), copy.resolve(Journal.FILE));
    return copy;
  }

  @Test
  void aDamagedLineIsNamed_andTheRestIsUsed() throws IOException {
    Path copy = copy();
    Path file = copy.resolve(Journal.FILE);
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    int begin = lines.size() - 9;
    assertTrue(lines.get(begin - 1).contains("\"type\":\"run\""), lines.get(begin - 1));
    lines.set(begin, lines.get(begin).replace("explorer", "explored"));
    String text = String.join("\n", lines) + "\n";
    Files.writeString(file, text.substring(0, text.length() - 20));
    byte[] before = Files.readAllBytes(file);

    Run run = report(copy);
    assertEquals(ExitCode.OK, run.exit);
    assertEquals(
        "cowcheck: %s:%d: left out, for its checksum is wrong%ncowcheck: %s:%d: left out, for it does not end in a checksum%n"
            .formatted(file, begin + 1, file, lines.size()),
        run.err);
    assertTrue(run.out.contains("7 of 9 cells"), run.out);
    assertTrue(run.out.contains("it has not ended"), run.out);
    assertArrayEquals(before, Files.readAllBytes(file));

    JsonObject json = json(report(copy, "--format", "json").out);
    assertEquals(2, json.getAsJsonArray("damaged").size());
    assertEquals(List.of(), schema().validate(json.toString(), InputFormat.JSON));
  }

  @Test
  void aJournalWithoutItsFirstLines_isUsedAllTheSame() throws IOException {
    Path copy = copy();
    Path file = copy.resolve(Journal.FILE);
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    lines.set(0, "{\"type\":");
    lines.set(1, "\u0000\u0001");
    Files.write(file, lines);
    Run run = report(copy, "--run", "1");
    assertEquals(ExitCode.OK, run.exit);
    assertTrue(run.err.startsWith("cowcheck: " + file + ":1: left out, for "), run.err);
    assertTrue(run.out.contains("Not as recorded: nothing"), run.out);
  }

  @Test
  void whatIsNoJournal_isRefusedInOneLine_andKept() throws IOException {
    Path foreign = Files.createDirectory(own.resolve("foreign"));
    Path file = foreign.resolve(Journal.FILE);
    Files.writeString(file, "{\"my\": \"own\"}\nfile\n");
    assertRefused(report(foreign), "expected a journal of cowcheck, found other text");
    assertEquals("{\"my\": \"own\"}\nfile\n", Files.readString(file));
    assertRefused(report(own.resolve("nothing")), "expected a directory with a journal");
    Files.writeString(file, "");
    assertRefused(report(foreign), "expected a run, found that none has begun");
  }

  @Test
  void aReportNeverTakesTheJournalsPlace() throws IOException {
    Path copy = copy();
    Path file = copy.resolve(Journal.FILE);
    byte[] before = Files.readAllBytes(file);
    assertRefused(report(copy, "--out", file.toString()), "found a journal");
    assertArrayEquals(before, Files.readAllBytes(file));
    assertRefused(report(copy, "--out", copy.toString()), "found a directory");
    assertRefused(
        report(copy, "--out", own.resolve("no/such/file").toString()), "found no such directory");
  }

  @Test
  void runsAndCellsThatAreNotThere_areNamed() {
    assertRefused(report(nights, "--run", "9"), "expected run 9, found runs 1 to 2");
    assertRefused(report(nights, "--cell", "nothing"), "expected cell 'nothing' in run 2");
  }

  private static void assertRefused(Run run, String words) {
    assertEquals(ExitCode.BAD_INPUT, run.exit);
    assertEquals("", run.out);
    assertEquals(1, run.err.lines().count(), run.err);
    assertTrue(run.err.contains(words), run.err);
    assertFalse(run.err.contains("Exception"), run.err);
  }
}
