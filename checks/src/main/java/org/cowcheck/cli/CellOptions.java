package org.cowcheck.cli;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.stream.Stream;
import org.cowcheck.ablation.Column;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patch;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The options that say in which scenarios, and under which memory models, patches are looked at.
 */
final class CellOptions {
  @Option(
      names = "--scenario",
      split = ",",
      paramLabel = "NAME",
      description = {
        "Only these scenarios; see 'list'. The id of a reported race, a commit or a CVE will do,"
            + " and so will a beginning and *. Default: all that bear on the kernel state that"
            + " the patch starts from."
      })
  private List<String> scenarios = List.of();

  @Mixin private ModelOptions models = new ModelOptions();

  @Option(
      names = "--accesses",
      paramLabel = "HOW",
      description =
          "How accesses that race by design but are plain in the source are taken: marked,"
              + " as-written. Default: marked.")
  private String accesses = "marked";

  /** The scenarios that were chosen, or those that bear on the patches or what they start from. */
  ImmutableList<Scenario> scenarios(Patch... patches) {
    if (!scenarios.isEmpty()) {
      return scenarios.stream()
          .flatMap(name -> Names.scenarios(name).stream())
          .distinct()
          .collect(toImmutableList());
    }
    ImmutableSet<String> names =
        Stream.of(patches)
            .flatMap(patch -> Stream.of(patch.name(), stateName(patch)))
            .collect(ImmutableSet.toImmutableSet());
    return Scenarios.all().stream()
        .filter(
            scenario -> scenario.patches().stream().anyMatch(known -> names.contains(known.name())))
        .collect(toImmutableList());
  }

  /** The name that scenarios list the state of a patch by. */
  static String stateName(Patch patch) {
    return Names.patch(patch.base().name()).name();
  }

  /** The memory models that were chosen, each on the platforms that were chosen. */
  ImmutableList<Column> columns() {
    return models.columns();
  }

  Accesses accesses() {
    return Names.accesses(accesses);
  }
}
