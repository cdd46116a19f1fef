package org.cowcheck.cli;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.function.Function;
import org.cowcheck.ablation.Column;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.Bases;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say which cells are checked, and the cells. */
final class AskedCells {
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

  @Mixin private ModelOptions models = new ModelOptions();

  @Option(
      names = "--accesses",
      split = ",",
      paramLabel = "HOW",
      description =
          "How accesses that race by design but are plain in the source are taken: marked,"
              + " as-written. Default: marked; for a patch that changes marks both; for the whole"
              + " catalogue both, where on record.")
  private List<String> accesses = List.of();

  /** What the patches of the command line mean. */
  ImmutableList<PatchArgument> patches() {
    return PatchArgument.all(patches, base);
  }

  /** The command line that checks one cell. */
  String command(Cell cell, ImmutableList<PatchArgument> asked) {
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

  /** Whether only some of the catalogue is asked for. */
  boolean isSelection() {
    return !scenarios.isEmpty() || !patches.isEmpty();
  }

  /** Unless asked for, accesses are taken as written only where that is on record. */
  ImmutableList<Cell> cells(Expectations expectations, ImmutableList<PatchArgument> named) {
    List<Scenario> chosenScenarios = choose(scenarios, Scenarios.all(), Names::scenarios);
    List<Patch> chosenPatches =
        patches.isEmpty()
            ? Patches.all()
            : named.stream().map(PatchArgument::patch).collect(toImmutableList());
    boolean asked = !scenarios.isEmpty() && !patches.isEmpty();
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
          for (Column column : models.columns()) {
            Cell cell = new Cell(scenario, patch, column.platform(), column.model(), how);
            if (how == Accesses.MARKED
                || !accesses.isEmpty()
                || (isSelection() ? changesMarks(patch) : expectations.summary(cell).isPresent())) {
              cells.add(cell);
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
  static Bases bases(ImmutableList<PatchArgument> asked) {
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
}
