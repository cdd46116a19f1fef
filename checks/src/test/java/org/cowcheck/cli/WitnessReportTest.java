package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Progress;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.patch.Accesses;
import org.cowcheck.report.WitnessText;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Outcome;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Witnesses as text, against files in src/test/resources/witnesses. {@code -Dcowcheck.rewrite=true}
 * rewrites the files; read the difference before you commit it.
 */
final class WitnessReportTest {
  private static final Path FILES = Path.of("src", "test", "resources", "witnesses");

  @ParameterizedTest
  @CsvSource({
    "pageslab-at-free, seed, lkmm",
    "pageslab-at-free, seed-without-wmb-with-reader-rmb, lkmm",
    "pageslab-at-free, seed-without-clear, tso",
    "pageslab-at-fault, seed, sc"
  })
  void theWitnessReadsAsOnFile(String scenario, String patch, String model) throws IOException {
    Cell cell =
        new Cell(
            Names.scenario(scenario),
            Names.patch(patch),
            Expectations.defaultPlatform(model),
            model,
            Accesses.MARKED);
    Outcome outcome =
        new ScenarioCheck(cell, Names.model(model))
            .explore(Bounds.NONE, 1, Progress.NONE, () -> false);
    String text = WitnessText.print(outcome.witness().orElseThrow());
    Path file = FILES.resolve(String.join(".", scenario, patch, model, "txt"));
    if (Boolean.getBoolean("cowcheck.rewrite")) {
      Files.createDirectories(FILES);
      Files.writeString(file, text);
    }
    assertEquals(Files.readString(file), text);
  }
}
