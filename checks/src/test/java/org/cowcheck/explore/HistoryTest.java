package org.cowcheck.explore;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSetMultimap;
import com.google.common.collect.Iterables;
import java.util.List;
import java.util.stream.Stream;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Origin;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.CatalogueCells;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * History repeats itself: each reported race is there before its fix, where the report says that it
 * was visible, and gone after it.
 *
 * <p>Before, an interleaving is Sometimes under SC; a reordering is Sometimes under LKMM (on x86
 * under TSO), and Never under what is stronger. After, it is Never under all models, but for what
 * is known to be left.
 */
final class HistoryTest {
  private static final ImmutableList<String> MODELS = ImmutableList.of("sc", "tso", "lkmm");

  private static final Expectations EXPECTATIONS = Expectations.read();

  /**
   * Fixed as far as history knows, and yet Sometimes under LKMM: a reordering is left that the fix
   * of the interleaving does not forbid. Scenarios with patches of that kind; the record says why.
   */
  private static final ImmutableSetMultimap<String, String> REORDERING_IS_LEFT =
      ImmutableSetMultimap.<String, String>builder()
          // The second step of the pin and write_protect_seq: no barrier until 088b8aa537c2.
          .putAll("gup-fast-vs-fork", "S0", "seed", "S2")
          // fork's store to write_protect_seq and its load of the pins: no barrier to this day.
          .putAll(
              "623a1ddfeb23-hugetlb-fork", "S0-with-hugetlb-write-protect-seq", "seed", "S2", "S3")
          .build();

  static Stream<Scenario> races() {
    return Scenarios.all().stream().filter(scenario -> scenario.origin() instanceof Origin.Race);
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("races")
  void isThereBeforeTheFixAndGoneAfterIt(Scenario scenario) {
    check(scenario);
  }

  private static void check(Scenario scenario) {
    Origin.Race race = (Origin.Race) scenario.origin();
    assertFalse(race.before().isEmpty() && race.after().isEmpty(), "nothing to look at");
    assertAll(
        Stream.concat(
            race.before().stream()
                .map(name -> () -> isThere(scenario, patch(scenario, name), race)),
            race.after().stream().map(name -> () -> isGone(scenario, patch(scenario, name)))));
  }

  private static void isThere(Scenario scenario, Patch patch, Origin.Race race) {
    Cell visible = CatalogueCells.visible(scenario, patch, race);
    assertEquals(Verdict.SOMETIMES, verdict(visible), visible::toString);
    if (race.reordering()) {
      for (String stronger : MODELS.subList(0, MODELS.indexOf(visible.model()))) {
        Cell cell = onDefault(scenario, patch, stronger);
        assertEquals(Verdict.NEVER, verdict(cell), () -> cell + ": no reordering is needed");
      }
    }
  }

  private static void isGone(Scenario scenario, Patch patch) {
    for (String model : MODELS) {
      Cell cell = onDefault(scenario, patch, model);
      boolean left =
          model.equals("lkmm") && REORDERING_IS_LEFT.containsEntry(scenario.name(), patch.name());
      assertEquals(left ? Verdict.SOMETIMES : Verdict.NEVER, verdict(cell), cell::toString);
    }
  }

  @Test
  void aHistoryThatIsWrongIsFound() {
    String there = "S3-without-write-protect-seq";
    check(story(false, List.of(there), List.of("S3")));
    for (Scenario wrong :
        List.of(
            story(false, List.of(there), List.of("S3-without-M1")),
            story(false, List.of("S3"), List.of()),
            story(true, List.of(there), List.of("S3")),
            story(false, List.of("S3-without-M1"), List.of("S3")),
            story(false, List.of(), List.of()))) {
      assertThrows(AssertionError.class, () -> check(wrong));
    }
    check(story(true, List.of("S3-without-M1"), List.of("S3")));
  }

  private static Scenario story(boolean reordering, List<String> before, List<String> after) {
    return Iterables.find(Scenarios.all(), scenario -> scenario.name().equals("gup-fast-vs-fork"))
        .from(
            new Origin.Race(
                "B7",
                "57efa1fe5957",
                reordering,
                Platform.GENERIC,
                ImmutableList.copyOf(before),
                ImmutableList.copyOf(after)));
  }

  private static Cell onDefault(Scenario scenario, Patch patch, String model) {
    return new Cell(scenario, patch, Expectations.defaultPlatform(model), model, Accesses.MARKED);
  }

  private static Patch patch(Scenario scenario, String name) {
    return scenario.patches().stream()
        .filter(patch -> patch.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new AssertionError(name + " is none of the patches of " + scenario.name()));
  }

  /** From the record, which the walk confirms; where there is none, from the walk. */
  private static Verdict verdict(Cell cell) {
    return EXPECTATIONS
        .verdict(cell)
        .orElseGet(() -> CatalogueWalk.get().seen(cell).orElseThrow().outcome().verdict());
  }
}
