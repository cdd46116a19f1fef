package org.cowcheck.cli;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.diff.Reading;
import org.cowcheck.diff.ReadingText;
import org.cowcheck.explore.Bounds;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.report.CheckText;
import org.cowcheck.report.JsonReport;
import org.cowcheck.report.MailText;
import org.cowcheck.report.WitnessFile;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.Bases;
import org.cowcheck.verdict.Cell;
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

  /** The patches that some scenario lists. */
  private static final ImmutableSet<Patch> LISTED =
      Scenarios.all().stream()
          .flatMap(scenario -> scenario.patches().stream())
          .collect(ImmutableSet.toImmutableSet());

  @Option(
      names = "--scenario",
      split = ",",
      paramLabel = "NAME",
      description = {
        "Only these scenarios; see 'list'. The id of a reported race, a commit or a CVE will do,"
            + " and so will a beginning and *."
      })
  private List<String> scenarios = List.of();

  @Option(
      names = "--patch",
      split = ",",
      paramLabel = "NAME",
      description = {
        "Only these patches; see 'list'. A beginning and * will do; S1 is the seed. A commit is"
            + " the kernel it was made for, with it. A file is a variant (*.yaml, *.yml; see"
            + " 'show'), else a diff."
      })
  private List<String> patches = List.of();

  @Option(
      names = "--base",
      paramLabel = "NAME",
      description = "The patch that a diff applies to. Default: guessed.")
  private String base;

  @Option(
      names = "--model",
      split = ",",
      paramLabel = "NAME",
      description = "Only these memory models: sc, tso, lkmm.")
  private List<String> models = List.of();

  @Option(
      names = "--platform",
      split = ",",
      paramLabel = "NAME",
      description =
          "Whose architecture code runs: x86, arm64, generic. Default: x86 for tso, generic"
              + " for sc and lkmm.")
  private List<String> platforms = List.of();

  @Option(
      names = "--accesses",
      split = ",",
      paramLabel = "HOW",
      description =
          "How accesses that race by design but are plain in the source are taken: marked,"
              + " as-written. Default: marked; for a patch that changes marks both; for the whole"
              + " catalogue both, where on record.")
  private List<String> accesses = List.of();

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
    ImmutableList<PatchArgument> asked = PatchArgument.all(patches, base);
    ImmutableList<Cell> cells = cells(expectations, asked);
    Bases bases = bases(asked);
    ImmutableList<Reading> diffs =
        asked.stream().flatMap(patch -> patch.reading().stream()).collect(toImmutableList());
    try (Interruption interruption = new Interruption()) {
      List<Outcome> outcomes =
          new Checks(
                  bounds, search.threads(), new ProgressLine(System.err), interruption::isRequested)
              .run(cells);
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
      return isSelection()
          ? ExitCode.ofSelection(outcomes)
          : ExitCode.ofFullCheck(outcomes, expectations);
    }
  }

  private String mail(
      List<Outcome> outcomes, List<PatchArgument> asked, Bounds bounds, Interruption interruption)
      throws InterruptedException {
    Suggestions suggestions = new Suggestions(bounds, search.threads(), interruption::isRequested);
    Map<Outcome, ImmutableList<String>> stops = new LinkedHashMap<>();
    for (Outcome outcome : outcomes) {
      stops.put(outcome, stops.size() < SUGGESTIONS ? suggestions.of(outcome) : ImmutableList.of());
    }
    return new MailText(stops::get, cell -> command(cell, asked)).print(outcomes);
  }

  /** The command line that checks one cell. */
  private String command(Cell cell, List<PatchArgument> asked) {
    return "cowcheck check --scenario %s --patch %s%s --model %s --platform %s%s"
        .formatted(
            cell.scenario().name(),
            asked.stream()
                .filter(argument -> argument.patch().equals(cell.patch()))
                .map(PatchArgument::argument)
                .findFirst()
                .orElse(cell.patch().name()),
            base == null ? "" : " --base " + base,
            cell.model(),
            Cell.name(cell.platform()),
            cell.accesses() == Accesses.MARKED ? "" : " --accesses as-written");
  }

  private boolean isSelection() {
    return !scenarios.isEmpty() || !patches.isEmpty();
  }

  /** Unless asked for, accesses are taken as written only where that is on record. */
  private ImmutableList<Cell> cells(Expectations expectations, ImmutableList<PatchArgument> named) {
    List<Scenario> chosenScenarios = choose(scenarios, Scenarios.all(), Names::scenarios);
    List<Patch> chosenPatches =
        patches.isEmpty()
            ? Patches.all()
            : named.stream().map(PatchArgument::patch).collect(toImmutableList());
    boolean asked = !scenarios.isEmpty() && !patches.isEmpty();
    List<MemoryModel> chosenModels = choose(models, MemoryModels.all(), one(Names::model));
    List<Platform> chosenPlatforms = choose(platforms, List.of(), one(Names::platform));
    List<Accesses> chosenAccesses =
        choose(
            accesses,
            isSelection() && named.stream().noneMatch(argument -> changesMarks(argument.patch()))
                ? List.of(Accesses.MARKED)
                : List.of(Accesses.values()),
            one(Names::accesses));
    ImmutableList.Builder<Cell> cells = ImmutableList.builder();
    for (Scenario scenario : chosenScenarios) {
      for (Accesses how : chosenAccesses) {
        for (Patch patch : chosenPatches) {
          if (!asked && !isAbout(scenario, patch)) {
            continue;
          }
          for (MemoryModel model : chosenModels) {
            List<Platform> on =
                chosenPlatforms.isEmpty()
                    ? List.of(Expectations.defaultPlatform(model.name()))
                    : chosenPlatforms;
            for (Platform platform : on) {
              Cell cell = new Cell(scenario, patch, platform, model.name(), how);
              if (how == Accesses.MARKED
                  || !accesses.isEmpty()
                  || (isSelection()
                      ? changesMarks(patch)
                      : expectations.summary(cell).isPresent())) {
                cells.add(cell);
              }
            }
          }
        }
      }
    }
    return cells.build();
  }

  /** Whether a patch says nothing unless accesses are taken as written. */
  private static boolean changesMarks(Patch patch) {
    return patch.edits().stream()
        .anyMatch(edit -> edit instanceof Edit.Mark || edit instanceof Edit.Unmark);
  }

  /**
   * Whether a scenario lists a patch or, if none does and somebody asks for it, the kernel state
   * that the patch edits.
   */
  private boolean isAbout(Scenario scenario, Patch patch) {
    return scenario.patches().contains(patch)
        || (!patches.isEmpty()
            && !LISTED.contains(patch)
            && Patches.states().stream()
                .anyMatch(
                    state -> state.base() == patch.base() && scenario.patches().contains(state)));
  }

  /** What is not on record is held against what it is an edit of. */
  private static Bases bases(ImmutableList<PatchArgument> asked) {
    return Bases.of(
        asked.stream()
            .filter(argument -> !LISTED.contains(argument.patch()))
            .collect(
                ImmutableMap.toImmutableMap(
                    PatchArgument::patch,
                    argument ->
                        argument.base().orElseGet(() -> Patch.of(argument.patch().base())))));
  }

  private static <T> List<T> choose(
      List<String> names, List<T> all, Function<String, List<T>> find) {
    return names.isEmpty()
        ? all
        : names.stream().flatMap(name -> find.apply(name).stream()).distinct().toList();
  }

  private static <T> Function<String, List<T>> one(Function<String, T> find) {
    return name -> List.of(find.apply(name));
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
