package org.cowcheck.nightly;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.cowcheck.explore.Bounds;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;

/**
 * Scenario by patch by model by platform: each scenario under the patches that bear on it, marked,
 * and as written where that is on record.
 *
 * @param patches only these, of those that bear on a scenario
 * @param models by their names
 */
public record Matrix(
    List<Scenario> scenarios,
    List<Patch> patches,
    List<String> models,
    List<Platform> platforms,
    Bounds bounds) {

  /** The cells as tasks. */
  public ImmutableList<ExplorerTask> tasks(Expectations expectations) {
    ImmutableList.Builder<ExplorerTask> tasks = ImmutableList.builder();
    for (Scenario scenario : scenarios) {
      for (Patch patch : scenario.patches()) {
        if (!patches.contains(patch)) {
          continue;
        }
        for (String model : models) {
          for (Platform platform : platforms) {
            for (Accesses accesses : Accesses.values()) {
              Cell cell = new Cell(scenario, patch, platform, model, accesses);
              if (accesses == Accesses.MARKED || expectations.summary(cell).isPresent()) {
                tasks.add(new ExplorerTask(cell, bounds));
              }
            }
          }
        }
      }
    }
    return tasks.build();
  }
}
