package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Progress;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.litmus.LitmusExport;
import org.cowcheck.patch.Accesses;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A witness as a litmus test, read back: the outcome is there under the model that it is from. */
final class ExportTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "pageslab-at-free, seed, lkmm, lkmm, Sometimes",
    "pageslab-at-free, seed, lkmm, tso, Never",
    "pageslab-at-free, seed-without-wmb-with-reader-rmb, lkmm, lkmm, Sometimes",
    "pageslab-at-fault, seed, sc, sc, Sometimes",
    "kpageflags-with-reference, seed-without-clear, tso, tso, Sometimes"
  })
  void theExportedOutcomeIsReadBack(
      String scenario, String patch, String model, String under, String verdict)
      throws IOException {
    Cell cell =
        new Cell(
            Names.scenario(scenario),
            Names.patch(patch),
            Expectations.defaultPlatform(model),
            model,
            Accesses.MARKED);
    String text =
        new ScenarioCheck(cell, Names.model(model))
            .explore(Bounds.NONE, 1, Progress.NONE, () -> false)
            .witness()
            .map(witness -> LitmusExport.print(scenario, witness.broken(), witness.graph()))
            .orElseThrow();
    Path file = Files.writeString(directory.resolve("exported.litmus"), text);
    String printed = litmus(file, under);
    assertTrue(
        printed.contains("Observation " + scenario + " " + verdict), () -> text + "\n" + printed);
  }

  private static String litmus(Path file, String model) {
    PrintStream out = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
      Main.run("litmus", file.toString(), "--model", model);
    } finally {
      System.setOut(out);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
