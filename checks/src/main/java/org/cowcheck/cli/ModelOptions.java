package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.cowcheck.ablation.Column;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.patch.Platform;
import org.cowcheck.verdict.Expectations;
import picocli.CommandLine.Option;

/** The options that say under which memory models, and whose architecture code runs. */
final class ModelOptions {
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
              + " for sc and lkmm; of a night all.")
  private List<String> platforms = List.of();

  /** Whether some were chosen. */
  boolean areChosen() {
    return !models.isEmpty() || !platforms.isEmpty();
  }

  /** The memory models that were chosen, or all. */
  ImmutableList<MemoryModel> models() {
    return models.isEmpty()
        ? ImmutableList.copyOf(MemoryModels.all())
        : models.stream().map(Names::model).distinct().collect(ImmutableList.toImmutableList());
  }

  /** The platforms that were chosen; none if that is left to others. */
  ImmutableList<Platform> platforms() {
    return platforms.stream()
        .map(Names::platform)
        .distinct()
        .collect(ImmutableList.toImmutableList());
  }

  /** The memory models that were chosen, each on the platforms that were chosen. */
  ImmutableList<Column> columns() {
    ImmutableList<Platform> on = platforms();
    ImmutableList.Builder<Column> columns = ImmutableList.builder();
    for (MemoryModel model : models()) {
      List<Platform> those =
          on.isEmpty() ? List.of(Expectations.defaultPlatform(model.name())) : on;
      those.forEach(platform -> columns.add(new Column(model.name(), platform)));
    }
    return columns.build();
  }
}
