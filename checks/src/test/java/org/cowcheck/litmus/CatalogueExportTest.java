package org.cowcheck.litmus;

import static org.cowcheck.patch.Platform.GENERIC;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.CatalogueWalk;
import org.cowcheck.explore.CatalogueWalk.Seen;
import org.cowcheck.explore.Explorer;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.explore.Watch;
import org.cowcheck.patch.Accesses;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Recording;
import org.cowcheck.verdict.Witness;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One execution of each cell of the catalogue as a litmus test, read back: the outcome is seen
 * under the model that it is from, and under every weaker one.
 */
final class CatalogueExportTest {
  /** Reading back takes longer, the more executions there are. */
  private static final long SMALL = 400;

  /** Under LKMM and the patch of each scenario that is a kernel state, the youngest. */
  static Stream<Cell> cells() {
    return Scenarios.all().stream()
        .flatMap(
            scenario ->
                scenario.patches().reverse().stream()
                    .filter(patch -> patch.edits().isEmpty())
                    .map(patch -> new Cell(scenario, patch, GENERIC, "lkmm", Accesses.MARKED))
                    .filter(CatalogueExportTest::isSmall)
                    .limit(1));
  }

  /** All that are small. */
  static Stream<Cell> allCells() {
    return CatalogueWalk.get().all().keySet().stream().filter(CatalogueExportTest::isSmall);
  }

  private static boolean isSmall(Cell cell) {
    Seen seen = CatalogueWalk.get().seen(cell).orElseThrow();
    return seen.isComplete() && seen.outcome().executions() <= SMALL;
  }

  @ParameterizedTest
  @MethodSource("cells")
  void theOutcomeIsReadBack(Cell cell) {
    ImmutableList<MemoryModel> all = MemoryModels.all();
    int first = all.stream().map(MemoryModel::name).toList().indexOf(cell.model());
    Recording example = CatalogueWalk.get().seen(cell).orElseThrow().example().orElseThrow();
    Witness witness = new ScenarioCheck(cell, all.get(first)).replay(example);
    String text = LitmusExport.print("exported", cell.toString(), witness.graph());
    LitmusTest test = LitmusReader.read("exported", text);
    for (MemoryModel model : all.subList(first, all.size())) {
      assertTrue(isSeen(test, model), () -> model.name() + "\n" + text);
    }
  }

  @ParameterizedTest
  @MethodSource("allCells")
  @Tag("nightly")
  void theOutcomeOfAllIsReadBack(Cell cell) {
    theOutcomeIsReadBack(cell);
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
