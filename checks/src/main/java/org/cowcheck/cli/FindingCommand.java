package org.cowcheck.cli;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.cowcheck.ablation.Column;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.explore.Bounds;
import org.cowcheck.finding.FindingFiles;
import org.cowcheck.finding.Findings;
import org.cowcheck.finding.Sighting;
import org.cowcheck.patch.Accesses;
import org.cowcheck.report.FindingText;
import org.cowcheck.report.FindingsJson;
import org.cowcheck.scenario.ClientScenario;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Finding;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Verdict;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cowcheck finding}: what a client program that goes wrong comes to. */
@Command(
    name = "finding",
    description = {
      "Makes findings of client programs that go wrong under a patch: the cause, the smallest"
          + " program that has it, whether the catalogue knows it, where it exists, and what stops"
          + " it.",
      "Writes DIR/findings: of each finding its text, a witness to replay, a mail, a litmus test,"
          + " and the source of a scenario. Programs with the same cause are one finding.",
      "Under each memory model that is asked for, the first that goes wrong counts."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every program is Never",
      "1:a finding",
      "2:usage or bad input",
      "3:no finding, but a bound was reached"
    })
final class FindingCommand implements Callable<Integer> {
  /** As many as a hunt explores of a program; the shortest way to Unknown. */
  static final long USUAL_EXECUTIONS = 20_000;

  @Parameters(
      arity = "1..*",
      paramLabel = "PROGRAM",
      description = "Client programs, such as exclusive:fork:pin-fast-write.")
  private List<String> programs;

  @Option(
      names = "--patch",
      required = true,
      paramLabel = "NAME",
      description = "The patch, as for 'check'.")
  private String patch;

  @Mixin private ModelOptions models = new ModelOptions();

  @Option(
      names = "--max-executions",
      paramLabel = "N",
      description = "Stop each exploration after so many executions. Default: ${DEFAULT-VALUE}.")
  private long maxExecutions = USUAL_EXECUTIONS;

  @Mixin private ThreadsOption threads = new ThreadsOption();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the files go. Default: ${DEFAULT-VALUE}.")
  private Path out = Path.of("target", "finding");

  @Option(names = "--format", paramLabel = "FORMAT", description = "text or json. Default: text.")
  private Format format = Format.text;

  @Override
  public Integer call() throws InterruptedException {
    if (maxExecutions <= 0) {
      throw new BadInputException("--max-executions must be at least 1, not " + maxExecutions);
    }
    Bounds bounds = new Bounds(maxExecutions, Bounds.NONE.timeout(), Bounds.NONE.maxEvents());
    PatchArgument asked = PatchArgument.of(patch);
    ImmutableList<ClientProgram> all =
        programs.stream().map(Names::program).distinct().collect(toImmutableList());
    try (Interruption interruption = new Interruption()) {
      ImmutableList<Outcome> outcomes =
          new Checks(
                  bounds,
                  threads.threads(),
                  new ProgressLine(System.err),
                  interruption::isRequested)
              .run(cells(all, asked));
      Findings findings =
          new Findings(
              bounds,
              threads.threads(),
              interruption::isRequested,
              Optional.of(out.resolve("catalogue-causes.json")));
      ImmutableList<Finding> found = findings.of(sightings(all, outcomes));
      print(found, outcomes, asked);
      if (!found.isEmpty()) {
        return ExitCode.FOUND;
      }
      return outcomes.stream().allMatch(outcome -> outcome.verdict() == Verdict.NEVER)
          ? ExitCode.OK
          : ExitCode.UNKNOWN;
    } catch (IOException e) {
      throw new BadInputException(
          String.format("cannot write to '%s' (%s); choose another --out", out, e));
    }
  }

  private ImmutableList<Cell> cells(ImmutableList<ClientProgram> all, PatchArgument asked) {
    ImmutableList.Builder<Cell> cells = ImmutableList.builder();
    for (ClientProgram program : all) {
      for (Column column : models.columns()) {
        cells.add(
            new Cell(
                ClientScenario.of(program),
                asked.patch(),
                column.platform(),
                column.model(),
                Accesses.MARKED));
      }
    }
    return cells.build();
  }

  /** The first outcome of each program that is Sometimes. */
  private ImmutableList<Sighting> sightings(
      ImmutableList<ClientProgram> all, ImmutableList<Outcome> outcomes) {
    List<Sighting> sightings = new ArrayList<>();
    int columns = models.columns().size();
    for (int i = 0; i < all.size(); i++) {
      ClientProgram program = all.get(i);
      outcomes.subList(i * columns, (i + 1) * columns).stream()
          .filter(outcome -> outcome.verdict() == Verdict.SOMETIMES)
          .findFirst()
          .ifPresent(outcome -> sightings.add(Sighting.of(program, outcome)));
    }
    return ImmutableList.copyOf(sightings);
  }

  private void print(
      ImmutableList<Finding> found, ImmutableList<Outcome> outcomes, PatchArgument asked)
      throws IOException {
    Path files = FindingFiles.write(found, out, cell -> command(cell, asked.argument()));
    if (format == Format.json) {
      System.out.print(FindingsJson.print(found, cell -> command(cell, asked.argument())));
      return;
    }
    for (Outcome outcome : outcomes) {
      if (outcome.verdict() != Verdict.SOMETIMES) {
        System.out.printf(
            "%s: %s%s%n",
            outcome.cell(),
            outcome.summary(),
            outcome.stopped().isEmpty() ? "" : " (" + outcome.stopped() + ")");
      }
    }
    for (Finding finding : found) {
      System.out.printf(
          "%s%n", FindingText.print(finding, cell -> command(cell, asked.argument())));
    }
    System.out.printf("%s%nFiles: %s%n", FindingText.summary(found), files);
  }

  /** The command line that checks a cell again. */
  static String command(Cell cell, String patch) {
    return "cowcheck check --scenario %s --patch %s --model %s --platform %s"
        .formatted(cell.scenario().name(), patch, cell.model(), Cell.name(cell.platform()));
  }
}
