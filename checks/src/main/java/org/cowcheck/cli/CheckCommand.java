package org.cowcheck.cli;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.cowcheck.diff.Reading;
import org.cowcheck.diff.ReadingText;
import org.cowcheck.explore.Bounds;
import org.cowcheck.report.CheckText;
import org.cowcheck.report.JsonReport;
import org.cowcheck.report.MailText;
import org.cowcheck.report.WitnessFile;
import org.cowcheck.verdict.Bases;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Outcome;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code cowcheck check}: answers cells by exploring every execution. */
@Command(
    name = "check",
    description = {
      "Explores every execution of scenarios under patches and memory models.",
      "A scenario is checked under the patches that bear on it, unless both are named.",
      "Without --scenario and --patch it checks the whole catalogue, as marked and as written,"
          + " against what is on record."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all Never without a data race; for the whole catalogue: all as recorded",
      "1:a Sometimes or a data race",
      "2:usage or bad input",
      "3:an Unknown",
      "4:the whole catalogue was checked, and something is not as recorded"
    })
final class CheckCommand implements Callable<Integer> {
  /** In a mail about more violations it is not looked what stops the others. */
  private static final int SUGGESTIONS = 20;

  @Mixin private AskedCells cells = new AskedCells();

  @Mixin private SearchOptions search = new SearchOptions();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "text, json, or mail: 72 columns, to be pasted into a reply. Default: text.")
  private Format format = Format.text;

  @Option(
      names = "--witnesses",
      paramLabel = "DIR",
      description = "Where the files that replay a Sometimes go. Default: ${DEFAULT-VALUE}.")
  private Path witnesses = Path.of("target", "witnesses");

  /** The formats, as users write them. */
  enum Format {
    text,
    json,
    mail
  }

  @Override
  public Integer call() throws InterruptedException {
    Bounds bounds = search.bounds();
    Expectations expectations = Expectations.read();
    ImmutableList<PatchArgument> asked = cells.patches();
    Bases bases = AskedCells.bases(asked);
    ImmutableList<Reading> diffs =
        asked.stream().flatMap(patch -> patch.reading().stream()).collect(toImmutableList());
    try (Interruption interruption = new Interruption()) {
      List<Outcome> outcomes =
          new Checks(
                  bounds, search.threads(), new ProgressLine(System.err), interruption::isRequested)
              .run(cells.cells(expectations, asked));
      Map<Outcome, Path> files = new LinkedHashMap<>();
      String unwritten = writeWitnesses(outcomes, files);
      System.out.print(
          switch (format) {
            case json -> JsonReport.print(diffs, outcomes, expectations, bases, files) + "\n";
            case mail -> mail(outcomes, asked, bounds, interruption);
            case text ->
                diffs.stream().map(diff -> ReadingText.of(diff) + "\n").collect(joining())
                    + new CheckText(expectations, bases, files).print(outcomes);
          });
      if (!unwritten.isEmpty()) {
        throw new BadInputException(unwritten);
      }
      return cells.isSelection()
          ? ExitCode.ofSelection(outcomes)
          : ExitCode.ofFullCheck(outcomes, expectations);
    }
  }

  private String mail(
      List<Outcome> outcomes,
      ImmutableList<PatchArgument> asked,
      Bounds bounds,
      Interruption interruption)
      throws InterruptedException {
    Suggestions suggestions = new Suggestions(bounds, search.threads(), interruption::isRequested);
    Map<Outcome, ImmutableList<String>> stops = new LinkedHashMap<>();
    for (Outcome outcome : outcomes) {
      if (outcome.witness().isPresent() && stops.size() < SUGGESTIONS) {
        stops.put(outcome, suggestions.of(outcome));
      }
    }
    return new MailText(
            outcome -> stops.getOrDefault(outcome, ImmutableList.of()),
            cell -> cells.command(cell, asked))
        .print(outcomes);
  }

  /** Writes the files; returns what went wrong, for after the report, or the empty string. */
  private String writeWitnesses(List<Outcome> outcomes, Map<Outcome, Path> files) {
    for (Outcome outcome : outcomes) {
      if (outcome.recording().isPresent()) {
        try {
          files.put(outcome, WitnessFile.write(outcome, witnesses));
        } catch (IOException e) {
          return String.format(
              "cannot write witness files to '%s' (%s); choose another --witnesses", witnesses, e);
        }
      }
    }
    return "";
  }
}
