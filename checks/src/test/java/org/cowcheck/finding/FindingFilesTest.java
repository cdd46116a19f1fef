package org.cowcheck.finding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Progress;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.litmus.LitmusReader;
import org.cowcheck.report.FindingsJson;
import org.cowcheck.report.WitnessFile;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Finding;
import org.cowcheck.verdict.Verdict;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written of findings can be used. */
final class FindingFilesTest {
  @TempDir private static Path out;
  private static ImmutableList<Finding> findings;
  private static Path directory;

  @BeforeAll
  static void write() throws InterruptedException, IOException {
    findings =
        Found.under("S2-without-write-protect-seq", "sc", "gup-fast-vs-fork")
            .in("exclusive:fork:pin-fast-write");
    Path old = out.resolve("findings").resolve("07-of-before");
    Files.createDirectories(old);
    Files.writeString(old.resolve("finding.txt"), "old");
    directory =
        FindingFiles.write(findings, out, cell -> "cowcheck check --scenario " + cell.scenario());
  }

  private static Path own() {
    return directory.resolve("01-fork-vs-pin-fast-write");
  }

  private static String text(String name) throws IOException {
    return Files.readString(own().resolve(name));
  }

  @Test
  void thoseOfBeforeAreGone() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(
          Set.of("01-fork-vs-pin-fast-write", "summary.txt", "findings.json"),
          files.map(file -> file.getFileName().toString()).collect(Collectors.toSet()));
    }
  }

  @Test
  void theTextSaysAll() throws IOException {
    String text = text("finding.txt");
    for (String part :
        List.of(
            "Finding 1, known: exclusive:fork:pin-fast-write under S2-without-write-protect-seq",
            "Broken: a pinned page lost its exclusivity",
            "(C9) store flags [clear PG_anon_exclusive, atomically, page_try_dup_anon_rmap()]",
            "Reordered: nothing; this is an interleaving",
            "gup-fast-vs-fork (B7, 57efa1fe5957",
            "arm64    Sometimes  Sometimes  Sometimes",
            "keep what 'DropHunk C2' leaves out: C2 in copy_page_range()",
            "Found in 1 program:",
            "cowcheck check --scenario exclusive:fork:pin-fast-write",
            "CPU1: pin-fast-write")) {
      assertTrue(text.contains(part), () -> part + "\n\n" + text);
    }
    String summary = Files.readString(directory.resolve("summary.txt"));
    assertTrue(summary.startsWith("1 finding: 0 new, 0 variants, 1 known\n"), summary);
    assertTrue(summary.contains("if C9 store flags before G19 load flags"), summary);
  }

  @Test
  void theWitnessReplays() {
    WitnessFile file = WitnessFile.read(own().resolve("witness.json"));
    Finding finding = findings.get(0);
    assertEquals(finding.program().toString(), file.scenario());
    assertEquals(
        file.broken(),
        new ScenarioCheck(finding.cell(), MemoryModels.named(file.model()))
            .replay(file.recording())
            .broken());
    assertEquals("a pinned page lost its exclusivity (page)", file.broken());
  }

  @Test
  void theMailSaysWhatStopsIt() throws IOException {
    String mail = text("mail.txt");
    assertTrue(mail.contains("What stops it:\n  - keep what 'DropHunk C2'"), mail);
    mail.lines()
        .filter(line -> !line.contains("cowcheck check"))
        .forEach(line -> assertTrue(line.length() <= 72, line));
  }

  @Test
  void theLitmusTestCanBeRead() throws IOException {
    String litmus = text("test.litmus");
    assertTrue(litmus.startsWith("C fork-vs-pin-fast-write.S2-without-"), litmus);
    assertEquals(2, LitmusReader.read("test.litmus", litmus).threads().size());
  }

  private static Schema schema() {
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(FindingsJson.class.getResourceAsStream("findings.schema.json"));
  }

  @Test
  void theJsonIsAsItsSchemaSays() throws IOException {
    String json = Files.readString(directory.resolve("findings.json"));
    assertEquals(List.of(), schema().validate(json, InputFormat.JSON));
    JsonObject other = JsonParser.parseString(json).getAsJsonObject();
    JsonObject finding = other.getAsJsonArray("findings").get(0).getAsJsonObject();
    assertEquals("known", finding.get("standing").getAsString());
    finding.addProperty("standing", "perhaps");
    finding.remove("order");
    other.addProperty("more", 1);
    assertEquals(3, schema().validate(other.toString(), InputFormat.JSON).size());
  }

  @Test
  void theSourceCompiles_andItsScenarioGoesWrong(@TempDir Path classes)
      throws IOException, ReflectiveOperationException {
    Path source = own().resolve("ForkVersusPinFastWrite.java");
    String path =
        Stream.of(Scenario.class, ImmutableList.class)
            .map(type -> location(type).toString())
            .distinct()
            .collect(Collectors.joining(File.pathSeparator));
    assertEquals(
        0,
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                path,
                "-d",
                classes.toString(),
                source.toString()));
    Scenario scenario = scenario(classes);
    assertEquals("fork-vs-pin-fast-write", scenario.name());
    assertTrue(scenario.story().contains("CPU0: fork"), scenario.story());
    assertTrue(scenario.story().contains("(C9)  clear PG_anon_exclusive"), scenario.story());
    assertTrue(scenario.patches().contains(findings.get(0).cell().patch()));
    Cell cell = findings.get(0).cell();
    assertEquals(
        Verdict.SOMETIMES,
        new ScenarioCheck(
                new Cell(scenario, cell.patch(), cell.platform(), cell.model(), cell.accesses()),
                MemoryModels.SC)
            .exploreToFirst(Bounds.NONE, Progress.NONE, () -> false)
            .verdict());
  }

  private static Path location(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The scenario of the class, in a loader that sees it before the package of the catalogue. */
  private static Scenario scenario(Path classes) throws IOException, ReflectiveOperationException {
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {classes.toUri().toURL()}, FindingFilesTest.class.getClassLoader())) {
      Class<?> written = loader.loadClass("org.cowcheck.scenario.ForkVersusPinFastWrite");
      Field field = written.getDeclaredField("SCENARIO");
      field.setAccessible(true);
      return (Scenario) field.get(null);
    }
  }
}
