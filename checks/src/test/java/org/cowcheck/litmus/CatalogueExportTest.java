package org.cowcheck.litmus;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Explorer;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.explore.Watch;
import org.cowcheck.patch.Accesses;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Witness;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One execution of each cell of the catalogue as a litmus test, read back: the outcome is seen
 * under the model that it is from, and under every weaker one.
 */
final class CatalogueExportTest {
  private static final List<String> PATCHES =
      List.of("S0", "seed", "seed-with-reader-rmb", "seed-without-clear");

  /** Those of the catalogue but for the largest scenarios, which take long to be read back. */
  static Stream<Cell> cells() {
    return Scenarios.all().stream()
        .flatMap(
            scenario ->
                scenario.patches().stream()
                    .filter(patch -> PATCHES.contains(patch.name()))
                    .filter(patch -> !scenario.name().contains("swap-out"))
                    .filter(patch -> !scenario.name().contains("migration"))
                    .filter(patch -> !scenario.name().startsWith("entry-device"))
                    .flatMap(
                        patch ->
                            MemoryModels.all().stream()
                                .flatMap(
                                    model ->
                                        Stream.of(Accesses.values())
                                            .map(
                                                accesses ->
                                                    new Cell(
                                                        scenario,
                                                        patch,
                                                        Expectations.defaultPlatform(model.name()),
                                                        model.name(),
                                                        accesses)))));
  }

  @ParameterizedTest
  @MethodSource("cells")
  void theOutcomeIsReadBack(Cell cell) {
    ImmutableList<MemoryModel> all = MemoryModels.all();
    int first = all.stream().map(MemoryModel::name).toList().indexOf(cell.model());
    Witness example = new ScenarioCheck(cell, all.get(first)).example().orElseThrow();
    String text = LitmusExport.print("exported", cell.toString(), example.graph());
    LitmusTest test = LitmusReader.read("exported", text);
    for (MemoryModel model : all.subList(first, all.size())) {
      assertTrue(isSeen(test, model), () -> model.name() + "\n" + text);
    }
  }

  /** Whether some execution satisfies the condition; load buffering is not needed for that. */
  private static boolean isSeen(LitmusTest test, MemoryModel model) {
    LitmusProgram program = new LitmusProgram(test);
    AtomicBoolean seen = new AtomicBoolean();
    Explorer.Visitor visitor =
        execution -> {
          State state = program.state(execution).orElseThrow();
          if (test.condition().proposition().holds(state, program.addresses())) {
            seen.set(true);
          }
          return "";
        };
    new Explorer(
            program.words(),
            program.threads(),
            model,
            Bounds.NONE,
            visitor,
            executions -> {},
            new Watch(Bounds.NONE, seen::get))
        .explore();
    return seen.get();
  }
}
