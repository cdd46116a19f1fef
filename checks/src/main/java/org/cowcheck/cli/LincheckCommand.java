package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.cowcheck.journal.Entry;
import org.cowcheck.linear.MadeUp;
import org.cowcheck.nightly.LincheckCell;
import org.cowcheck.patch.Patch;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.Expectations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cowcheck lincheck}: interleavings, chosen by Lincheck. */
@Command(
    name = "lincheck",
    description = {
      "Runs scenarios in Lincheck: interleavings on the generic platform, without any reordering.",
      "A pass says nothing about a missing barrier. A process runs fastest on one processor:"
          + " taskset -c 0 cowcheck lincheck ..."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:no violation; of the whole catalogue: none but those on record under SC",
      "1:a violation",
      "2:usage or bad input",
      "3:no violation, and a scenario that was named cannot run",
      "4:of the whole catalogue: a violation that is not on record"
    })
final class LincheckCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..*",
      paramLabel = "SCENARIO",
      description = {
        "Only these; see 'list'. Beside those of the catalogue: made-up-small-page and"
            + " made-up-huge-page, which Lincheck makes up."
      })
  private List<String> scenarios = List.of();

  @Option(
      names = "--patch",
      split = ",",
      paramLabel = "NAME",
      description =
          "Only these patches. Default: those that bear on a scenario; S3 of made-up ones.")
  private List<String> patches = List.of();

  @Option(
      names = "--invocations",
      paramLabel = "N",
      description = "Run at most so many interleavings of a scenario. Default: ${DEFAULT-VALUE}.")
  private int invocations = 500;

  @Option(
      names = "--first",
      paramLabel = "N",
      description = "Of made-up scenarios: begin with that one, from 0.")
  private int first;

  @Option(
      names = "--scenarios",
      paramLabel = "N",
      description = "Of made-up scenarios: so many. Default: ${DEFAULT-VALUE}.")
  private int madeUp = 20;

  @Option(
      names = "--operations",
      paramLabel = "N",
      description =
          "Of made-up scenarios: so many operations per thread, up to 5. Default: ${DEFAULT-VALUE}.")
  private int operations = 2;

  @Option(names = "--format", paramLabel = "FORMAT", description = "text or json. Default: text.")
  private Format format = Format.text;

  @Option(names = "--quiet", description = "Do not say how far it is.")
  private boolean quiet;

  private static final int MOST_OPERATIONS = 5;

  /** The formats, as users write them. */
  enum Format {
    text,
    json
  }

  @Override
  public Integer call() {
    check("--invocations", invocations, 1, Integer.MAX_VALUE);
    check("--first", first, 0, Integer.MAX_VALUE);
    check("--scenarios", madeUp, 1, Integer.MAX_VALUE);
    check("--operations", operations, 1, MOST_OPERATIONS);
    Expectations expectations = Expectations.read();
    List<Entry.CellDone> answers = new ArrayList<>();
    PrintStream out = System.out;
    System.setOut(System.err); // what Lincheck says
    ImmutableList<LincheckCell> cells = cells();
    LincheckLine line = new LincheckLine(System.err, cells.size(), quiet);
    try {
      for (LincheckCell cell : cells) {
        Entry.CellDone done = cell.answer(0, expectations, line.of(cell.name(), answers.size()));
        answers.add(done);
        line.clear();
        if (format == Format.text) {
          out.print(SampledText.text(done));
          out.flush();
        }
      }
    } finally {
      line.clear();
      System.setOut(out);
    }
    out.print(format == Format.json ? SampledText.json(answers) : summary(answers));
    return exitCode(answers);
  }

  private static void check(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new BadInputException(
          most == Integer.MAX_VALUE
              ? "%s must be at least %d, not %d".formatted(option, least, value)
              : "%s must be from %d to %d, not %d".formatted(option, least, most, value));
    }
  }

  private ImmutableList<LincheckCell> cells() {
    ImmutableSet.Builder<LincheckCell> cells = ImmutableSet.builder();
    if (scenarios.isEmpty()) {
      Scenarios.all().forEach(scenario -> cells.addAll(ofCatalogue(scenario)));
      Arrays.stream(MadeUp.values()).forEach(what -> cells.addAll(ofMadeUp(what)));
    }
    for (String name : scenarios) {
      List<MadeUp> named =
          Arrays.stream(MadeUp.values()).filter(what -> what.title().equals(name)).toList();
      named.forEach(what -> cells.addAll(ofMadeUp(what)));
      if (named.isEmpty()) {
        Names.scenarios(name).forEach(scenario -> cells.addAll(ofCatalogue(scenario)));
      }
    }
    ImmutableList<LincheckCell> all = cells.build().asList();
    if (all.isEmpty()) {
      throw new BadInputException(
          "expected a patch that bears on a scenario, found none in '%s'; name the scenario, too"
              .formatted(String.join(",", patches)));
    }
    return all;
  }

  private List<LincheckCell> ofCatalogue(Scenario scenario) {
    boolean asked = !scenarios.isEmpty() && !patches.isEmpty();
    List<Patch> chosen = patches.isEmpty() ? scenario.patches() : named();
    return chosen.stream()
        .filter(patch -> asked || scenario.patches().contains(patch))
        .map(patch -> (LincheckCell) new LincheckCell.OfCatalogue(scenario, patch, invocations))
        .toList();
  }

  private List<LincheckCell> ofMadeUp(MadeUp what) {
    List<Patch> chosen = patches.isEmpty() ? List.of(Names.patch("S3")) : named();
    return chosen.stream()
        .map(
            patch ->
                (LincheckCell)
                    new LincheckCell.OfMadeUp(
                        what, patch, new MadeUp.Size(first, madeUp, operations, invocations)))
        .toList();
  }

  private List<Patch> named() {
    return patches.stream().flatMap(name -> Names.patches(name).stream()).distinct().toList();
  }

  private static String summary(List<Entry.CellDone> answers) {
    return answers.stream()
        .collect(Collectors.groupingBy(Entry.CellDone::verdict, Collectors.counting()))
        .entrySet()
        .stream()
        .sorted(java.util.Map.Entry.comparingByKey())
        .map(count -> "%d %s".formatted(count.getValue(), count.getKey()))
        .collect(
            Collectors.joining(
                ", ", answers.size() + (answers.size() == 1 ? " cell: " : " cells: "), "\n"));
  }

  private int exitCode(List<Entry.CellDone> answers) {
    if (scenarios.isEmpty() && patches.isEmpty()) {
      return answers.stream().allMatch(Entry.CellDone::clean) ? ExitCode.OK : ExitCode.DIFFERS;
    }
    if (answers.stream().anyMatch(done -> done.verdict().equals("Sometimes"))) {
      return ExitCode.FOUND;
    }
    return answers.stream().anyMatch(done -> done.verdict().equals(LincheckCell.CANNOT_RUN))
        ? ExitCode.UNKNOWN
        : ExitCode.OK;
  }
}
