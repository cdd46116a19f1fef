package org.cowcheck.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cowcheck.explore.CatalogueWalk;
import org.cowcheck.explore.CatalogueWalk.Seen;
import org.cowcheck.memory.Step;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Origin;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Verdict;
import org.junit.jupiter.api.Test;

/** The page of verdicts is what the record and the explorer say. */
final class VerdictPageTest {
  private static final Path MODEL = Path.of("..", "model");
  private static final Pattern COUNT =
      Pattern.compile("^\\| (\\S+) \\| (\\S+) \\| (sc|tso|lkmm) \\| ([\\d,]+) \\|$");
  private static final Pattern LINK = Pattern.compile("\\]\\((src/[^)]*)\\)");

  private final Expectations expectations = Expectations.read();

  private static String page() throws IOException {
    return Files.readString(MODEL.resolve("VERDICTS.md"));
  }

  @Test
  void isUpToDate() throws IOException {
    assertEquals(
        VerdictPage.print(Scenarios.all(), new Known(page())),
        page(),
        "make it anew: cowcheck verdicts > model/VERDICTS.md");
  }

  @Test
  void linksToFilesThatAreThere() throws IOException {
    String page = page();
    ImmutableSet<String> files =
        LINK.matcher(page)
            .results()
            .map(link -> link.group(1))
            .collect(ImmutableSet.toImmutableSet());
    assertTrue(files.size() > Scenarios.all().size() / 2, files::toString);
    for (String file : files) {
      assertTrue(Files.exists(MODEL.resolve(file)), file);
    }
  }

  @Test
  void showsRacesRowsAndTheMatrix() throws IOException {
    Scenario some = Scenarios.all().get(0);
    ImmutableList<Scenario> scenarios =
        ImmutableList.of(
            some.from(
                new Origin.Race(
                    "B99",
                    "0123456789ab (mm: fix it)",
                    true,
                    Platform.ARM64,
                    ImmutableList.of("seed"),
                    ImmutableList.of("S2"))),
            some.from(new Origin.EntryRow("swap")),
            some.from(new Origin.SelftestCell("basic COW", "base")));
    String page = VerdictPage.print(scenarios, new Known(page()));
    String name = some.name();
    assertTrue(
        page.contains(
            "| B99 | 0123456789ab (mm: fix it) | [%s](#%s) | seed | arm64 | S2 |\n"
                .formatted(name, name)),
        page);
    assertTrue(page.contains("| S0, seed-with-reader-rmb, S2, S3 | Never | Never | Never |"), page);
    assertTrue(
        page.contains(
            "| swap | [%s](#%s) | never | **LKMM** | never | never |".formatted(name, name)),
        page);
    assertTrue(page.contains("| basic COW | **LKMM** |"), page);
  }

  /** Verdicts from the record, what is not on record from the walk, and the rest from the page. */
  private final class Known implements VerdictPage.Facts {
    private final String page;

    Known(String page) {
      this.page = page;
    }

    private Optional<Seen> seen(Cell cell) {
      return CatalogueWalk.get().seen(cell);
    }

    @Override
    public Optional<Verdict> verdict(Cell cell) {
      return expectations.verdict(cell).or(() -> seen(cell).map(seen -> seen.outcome().verdict()));
    }

    @Override
    public OptionalLong executions(Cell cell) {
      Optional<Seen> seen = seen(cell);
      if (seen.isEmpty() || seen.get().isComplete()) {
        return seen.map(complete -> OptionalLong.of(complete.outcome().executions()))
            .orElse(OptionalLong.empty());
      }
      return page.lines()
          .map(COUNT::matcher)
          .filter(Matcher::matches)
          .filter(
              count ->
                  count.group(1).equals(cell.scenario().name())
                      && count.group(2).equals(cell.patch().name())
                      && count.group(3).equals(cell.model()))
          .mapToLong(count -> Long.parseLong(count.group(4).replace(",", "")))
          .findFirst();
    }

    @Override
    public ImmutableSet<Step> steps(Scenario scenario) {
      return CatalogueWalk.get().all().entrySet().stream()
          .filter(cell -> cell.getKey().scenario().name().equals(scenario.name()))
          .flatMap(cell -> cell.getValue().steps().stream())
          .collect(ImmutableSet.toImmutableSet());
    }
  }
}
