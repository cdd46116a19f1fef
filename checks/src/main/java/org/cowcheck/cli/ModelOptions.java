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
              + " for sc and lkmm.")
  private List<String> platforms = List.of();

  /** The memory models that were chosen, each on the platforms that were chosen. */
  ImmutableList<Column> columns() {
    List<MemoryModel> chosen =
        models.isEmpty()
            ? MemoryModels.all()
            : models.stream().map(Names::model).distinct().toList();
    List<Platform> on = platforms.stream().map(Names::platform).distinct().toList();
    ImmutableList.Builder<Column> columns = ImmutableList.builder();
    for (MemoryModel model : chosen) {
      List<Platform> those =
          on.isEmpty() ? List.of(Expectations.defaultPlatform(model.name())) : on;
      those.forEach(platform -> columns.add(new Column(model.name(), platform)));
    }
    return columns.build();
  }
}
