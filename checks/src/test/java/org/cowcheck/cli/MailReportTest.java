package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Progress;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.patch.Accesses;
import org.cowcheck.report.MailText;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Outcome;
import org.junit.jupiter.api.Test;

/**
 * A mail, against the file in src/test/resources/witnesses. {@code -Dcowcheck.rewrite=true}
 * rewrites the file; read the difference before you commit it.
 */
final class MailReportTest {
  private static final Path FILE = Path.of("src", "test", "resources", "witnesses", "mail.txt");

  private static Outcome explore(
      String scenario, String patch, String model, Accesses how, Bounds bounds) {
    Cell cell =
        new Cell(
            Names.scenario(scenario),
            Names.patch(patch),
            Expectations.defaultPlatform(model),
            model,
            how);
    return new ScenarioCheck(cell, Names.model(model))
        .explore(bounds, 1, Progress.NONE, () -> false);
  }

  private static String mail(List<Outcome> outcomes) {
    return new MailText(
            outcome ->
                outcome.witness().isPresent()
                    ? ImmutableList.of(
                        "smp_rmb() after T2 in PageSlab(), which is a suggestion that is too long"
                            + " for one line of a mail")
                    : ImmutableList.of(),
            cell -> "cowcheck check --scenario " + cell.scenario().name())
        .print(outcomes);
  }

  @Test
  void theMailReadsAsOnFile() throws IOException {
    String text =
        mail(
            List.of(
                explore("pageslab-at-free", "seed", "lkmm", Accesses.MARKED, Bounds.NONE),
                explore("pageslab-at-fault", "seed", "sc", Accesses.MARKED, Bounds.NONE),
                explore("pageslab-at-free", "S2", "lkmm", Accesses.AS_WRITTEN, Bounds.NONE),
                explore(
                    "gup-fast-vs-swap-out",
                    "S3",
                    "lkmm",
                    Accesses.MARKED,
                    new Bounds(10, Bounds.NONE.timeout(), Bounds.NONE.maxEvents())),
                explore("pageslab-at-free", "S3", "lkmm", Accesses.MARKED, Bounds.NONE)));
    if (Boolean.getBoolean("cowcheck.rewrite")) {
      Files.writeString(FILE, text);
    }
    assertEquals(Files.readString(FILE), text);
  }

  /** Three columns fit as well, and so do the longest names. */
  @Test
  void noLineIsWiderThan72Columns_butTheCommand() {
    for (String scenario :
        List.of("gup-fast-vs-swap-out", "gup-fast-vs-free-and-reuse", "wrong-cow-of-pinned-page")) {
      String text = mail(List.of(explore(scenario, "S0", "sc", Accesses.MARKED, Bounds.NONE)));
      Stream<String> lines =
          text.lines().filter(line -> !line.startsWith("  cowcheck check --scenario"));
      lines.forEach(line -> assertTrue(line.length() <= 72, line));
    }
  }
}
