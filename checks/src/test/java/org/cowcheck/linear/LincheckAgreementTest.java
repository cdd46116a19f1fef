package org.cowcheck.linear;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.hash.HashCode;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.cowcheck.explore.CatalogueWalk;
import org.cowcheck.explore.CatalogueWalk.Seen;
import org.cowcheck.explore.Ends;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.setting.Setting;
import org.cowcheck.verdict.CatalogueCells;
import org.cowcheck.verdict.Cell;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every end that Lincheck sees is among the explorer's under SC: what programs return and note, and
 * the last value of each word.
 */
final class LincheckAgreementTest {
  private static final int INVOCATIONS = 25;

  static Stream<Scenario> scenarios() {
    return Scenarios.all().stream();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gup-fast-vs-fork", "pageslab-of-slab"})
  void whatLincheckSeesIsExplored(String name) {
    assertAgrees(
        Scenarios.all().stream()
            .filter(scenario -> scenario.name().equals(name))
            .findFirst()
            .orElseThrow());
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  @Tag("nightly")
  void whatLincheckSeesIsExplored_inAllScenarios(Scenario scenario) {
    assertAgrees(scenario);
  }

  /** Under the youngest kernel state. */
  private static void assertAgrees(Scenario scenario) {
    ImmutableList<Cell> cells =
        CatalogueCells.marked().stream()
            .filter(cell -> cell.scenario().equals(scenario) && cell.model().equals("sc"))
            .collect(ImmutableList.toImmutableList())
            .reverse();
    Cell cell =
        cells.stream()
            .filter(candidate -> candidate.patch().edits().isEmpty())
            .findFirst()
            .orElse(cells.get(0));
    Seen seen = CatalogueWalk.get().seen(cell).orElseThrow();
    Assumptions.assumeTrue(seen.isComplete(), () -> cell + " is left to the night");
    // Built like those that run, so that its words have the same numbers.
    Setting setting = cell.scenario().build(cell.kernel());
    Ends ends = new Ends(setting);
    Set<HashCode> found = new HashSet<>();
    LincheckResult result =
        LincheckEngine.check(
            withoutInvariants(scenario),
            cell.kernel(),
            INVOCATIONS,
            end -> found.add(ends.of(end)));
    Assumptions.assumeFalse(result instanceof LincheckResult.CannotRun, result::toString);
    assertInstanceOf(LincheckResult.Passed.class, result);
    assertFalse(found.isEmpty());
    assertTrue(seen.ends().containsAll(found), cell::toString);
  }

  /** A scenario in which nothing is wrong: Lincheck then goes on after a violation. */
  private static Scenario withoutInvariants(Scenario scenario) {
    return new Scenario(
        scenario.name(),
        scenario.title(),
        scenario.story(),
        scenario.source(),
        scenario.simplifications(),
        scenario.patches(),
        (kernel, memory) -> {
          Setting setting = scenario.setting().apply(kernel, memory);
          return new Setting(setting.memory(), setting.programs(), ImmutableList.of());
        });
  }
}
