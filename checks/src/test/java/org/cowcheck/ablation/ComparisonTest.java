package org.cowcheck.ablation;

import static org.cowcheck.verdict.Verdict.NEVER;
import static org.cowcheck.verdict.Verdict.SOMETIMES;
import static org.cowcheck.verdict.Verdict.UNKNOWN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import org.cowcheck.ablation.Comparison.Pair;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.RacingPair;
import org.junit.jupiter.api.Test;

/** Two patches side by side, with answers that are made up. */
final class ComparisonTest {
  private static final ImmutableList<Scenario> SCENARIOS = Scenarios.all().subList(0, 2);
  private static final Patch S3 = Patch.of(KernelState.S3);
  private static final Patch S2 = Patch.of(KernelState.S2);
  private static final Patch WITHOUT =
      new Patch("w", "w", KernelState.S3, ImmutableList.of(new Edit.DropFence("E1")));

  private static Comparison compare(Engine engine, Patch before, Patch after)
      throws InterruptedException {
    return Comparison.of(
        engine,
        before,
        after,
        SCENARIOS,
        ImmutableList.of(new Column("lkmm", Platform.GENERIC)),
        Accesses.MARKED);
  }

  @Test
  void anotherVerdictIsAChange() throws InterruptedException {
    Comparison comparison =
        compare(
            new PlantedEngine(
                cell ->
                    cell.patch().equals(WITHOUT) && cell.scenario().equals(SCENARIOS.get(1))
                        ? SOMETIMES
                        : NEVER),
            S3,
            WITHOUT);
    assertFalse(comparison.pairs().get(0).isChanged());
    assertTrue(comparison.pairs().get(1).isChanged());
    assertTrue(comparison.hasChanges());
  }

  @Test
  void whatDoesNotComeByTheDifferenceIsExploredOnce() throws InterruptedException {
    PlantedEngine engine =
        new PlantedEngine(cell -> NEVER)
            .untouched(
                cell ->
                    cell.scenario().equals(SCENARIOS.get(0))
                        ? ImmutableSet.of("E1")
                        : ImmutableSet.of());
    Comparison comparison = compare(engine, S3, WITHOUT);
    assertEquals(3, engine.asked().size());
    Pair shared = comparison.pairs().get(0);
    assertTrue(shared.isShared());
    assertEquals(WITHOUT, shared.after().cell().patch());
    assertEquals(SCENARIOS.get(0), shared.after().cell().scenario());
    assertFalse(comparison.pairs().get(1).isShared());
    assertEquals(SCENARIOS.get(1), comparison.pairs().get(1).after().cell().scenario());
  }

  @Test
  void kernelStatesShareNothing() throws InterruptedException {
    PlantedEngine engine = new PlantedEngine(cell -> NEVER);
    Comparison comparison = compare(engine, S2, S3);
    assertEquals(4, engine.asked().size());
    assertTrue(comparison.pairs().stream().noneMatch(Pair::isShared));
  }

  @Test
  void anUnknownIsNeitherAChangeNorShared() throws InterruptedException {
    Comparison comparison =
        compare(
            new PlantedEngine(cell -> cell.patch().equals(S3) ? UNKNOWN : SOMETIMES)
                .untouched(cell -> ImmutableSet.of("E1")),
            S3,
            WITHOUT);
    assertFalse(comparison.hasChanges());
    assertTrue(comparison.isOpen());
    assertTrue(comparison.pairs().stream().noneMatch(Pair::isShared));
  }

  @Test
  void otherDataRacesAreAChange() throws InterruptedException {
    RacingPair pair = RacingPair.of("word", "one", "other");
    Comparison comparison =
        compare(
            new PlantedEngine(cell -> NEVER)
                .races(
                    cell -> cell.patch().equals(S3) ? ImmutableList.of() : ImmutableList.of(pair)),
            S3,
            WITHOUT);
    assertTrue(comparison.pairs().get(0).hasOtherRaces());
    assertTrue(comparison.hasChanges());
  }
}
