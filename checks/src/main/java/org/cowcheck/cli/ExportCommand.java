package org.cowcheck.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.litmus.LitmusExport;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Platform;
import org.cowcheck.report.WitnessFile;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Witness;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cowcheck export}: one execution as a C litmus test. */
@Command(
    name = "export",
    description = {
      "Prints one execution as a C litmus test for herd7 and klitmus7, with its outcome in the"
          + " exists clause: that of a witness file, or one of a scenario under a patch.",
      "Of a scenario it is the least execution, in a fixed order, that breaks something; if none"
          + " does, the least of all."
    },
    customSynopsis = {
      "cowcheck export FILE",
      "       cowcheck export --scenario NAME --patch NAME [--model NAME] [--platform NAME]"
          + " [--accesses HOW]"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:the test is printed", "2:usage or bad input"})
final class ExportCommand implements Runnable {
  @Parameters(arity = "0..1", paramLabel = "FILE", description = "A file that 'check' wrote.")
  private Path file;

  @Option(names = "--scenario", paramLabel = "NAME", description = "A scenario; see 'list'.")
  private String scenario;

  @Option(names = "--patch", paramLabel = "NAME", description = "A patch, as for 'check'.")
  private String patch;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "The memory model: sc, tso or lkmm. Default: lkmm.")
  private String model;

  @Option(
      names = "--platform",
      paramLabel = "NAME",
      description = "x86, arm64 or generic. Default: x86 for tso, generic for sc and lkmm.")
  private String platform;

  @Option(
      names = "--accesses",
      paramLabel = "HOW",
      description = "marked or as-written, as for 'check'. Default: marked.")
  private String accesses;

  @Override
  public void run() {
    if (file == null) {
      Cell cell = cell();
      Witness example = example(cell);
      System.out.print(test(cell, example, choice(example)));
    } else {
      List<String> given = givenOptions();
      if (!given.isEmpty()) {
        throw new BadInputException(
            "expected FILE or options, found both: '%s' and %s"
                .formatted(file, String.join(", ", given)));
      }
      WitnessFile recorded = WitnessFile.read(file);
      Witness witness = ReplayCommand.replay(file, recorded);
      System.out.print(
          test(ReplayCommand.cell(file, recorded), witness, "The execution of a file."));
    }
  }

  private List<String> givenOptions() {
    List<String> given = new ArrayList<>();
    add(given, "--scenario", scenario);
    add(given, "--patch", patch);
    add(given, "--model", model);
    add(given, "--platform", platform);
    add(given, "--accesses", accesses);
    return given;
  }

  private static void add(List<String> given, String option, String value) {
    if (value != null) {
      given.add(option);
    }
  }

  private Cell cell() {
    if (scenario == null || patch == null) {
      throw new BadInputException(
          "expected FILE, or --scenario and --patch, found "
              + (givenOptions().isEmpty() ? "neither" : String.join(", ", givenOptions())));
    }
    String under = Names.model(model == null ? "lkmm" : model).name();
    Platform on = platform == null ? Expectations.defaultPlatform(under) : Names.platform(platform);
    Accesses how = accesses == null ? Accesses.MARKED : Names.accesses(accesses);
    return new Cell(Names.scenario(scenario), Names.patch(patch), on, under, how);
  }

  private static Witness example(Cell cell) {
    return new ScenarioCheck(cell, Names.model(cell.model()))
        .example()
        .orElseThrow(
            () -> new BadInputException(cell + ": expected a complete execution, found none"));
  }

  private static String choice(Witness example) {
    return example.broken().isEmpty()
        ? "No execution breaks anything; this is the least one."
        : "Of the executions that break something, this is the least one.";
  }

  private static String test(Cell cell, Witness witness, String choice) {
    return LitmusExport.print(
        String.join(
            ".",
            cell.scenario().name(),
            cell.patch().name(),
            cell.model(),
            Cell.name(cell.platform()),
            Cell.name(cell.accesses())),
        String.format(
            "%s under %s, %s x %s, %s.%n%s%n%s",
            cell.scenario(),
            cell.patch(),
            cell.model(),
            Cell.name(cell.platform()),
            Cell.name(cell.accesses()),
            witness.broken().isEmpty() ? "Breaks nothing." : "Broken: " + witness.broken(),
            choice),
        witness.graph());
  }
}
