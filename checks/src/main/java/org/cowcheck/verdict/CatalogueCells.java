package org.cowcheck.verdict;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.stream.Stream;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Origin;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;

/** The cells of the catalogue: each scenario under the patches that bear on it. */
public final class CatalogueCells {
  private static final ImmutableList<String> MODELS = ImmutableList.of("sc", "tso", "lkmm");

  private CatalogueCells() {}

  /** Those with marked accesses, of each model on its default platform. */
  public static ImmutableList<Cell> marked() {
    return cells(Accesses.MARKED).collect(ImmutableList.toImmutableList());
  }

  /** Those with accesses as written that are on record. */
  public static ImmutableList<Cell> asWritten(Expectations expectations) {
    return cells(Accesses.AS_WRITTEN)
        .filter(cell -> expectations.summary(cell).isPresent())
        .collect(ImmutableList.toImmutableList());
  }

  /** Those of reported races on platforms that are not the default ones. */
  public static ImmutableSet<Cell> ofRaces() {
    ImmutableSet.Builder<Cell> cells = ImmutableSet.builder();
    for (Scenario scenario : Scenarios.all()) {
      if (scenario.origin() instanceof Origin.Race race) {
        for (Patch patch : scenario.patches()) {
          boolean before = race.before().contains(patch.name());
          if (before || race.after().contains(patch.name())) {
            cells.add(new Cell(scenario, patch, Platform.ARM64, "lkmm", Accesses.MARKED));
          }
          Cell visible = visible(scenario, patch, race);
          if (before && visible.platform() != Expectations.defaultPlatform(visible.model())) {
            cells.add(visible);
          }
        }
      }
    }
    return cells.build();
  }

  /** Where history says that a race was visible: under the strongest model that shows it. */
  public static Cell visible(Scenario scenario, Patch patch, Origin.Race race) {
    String weak = race.platform() == Platform.X86 ? "tso" : "lkmm";
    return new Cell(
        scenario, patch, race.platform(), race.reordering() ? weak : "sc", Accesses.MARKED);
  }

  private static Stream<Cell> cells(Accesses accesses) {
    return Scenarios.all().stream()
        .flatMap(
            scenario ->
                scenario.patches().stream()
                    .flatMap(
                        patch ->
                            MODELS.stream()
                                .map(
                                    model ->
                                        new Cell(
                                            scenario,
                                            patch,
                                            Expectations.defaultPlatform(model),
                                            model,
                                            accesses))));
  }
}
