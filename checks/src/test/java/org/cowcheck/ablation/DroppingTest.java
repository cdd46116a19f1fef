package org.cowcheck.ablation;

import static org.cowcheck.verdict.Verdict.NEVER;
import static org.cowcheck.verdict.Verdict.SOMETIMES;
import static org.cowcheck.verdict.Verdict.UNKNOWN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Optional;
import org.cowcheck.ablation.Finding.Role;
import org.cowcheck.memory.Fence;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.patch.SeedPatches;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.RacingPair;
import org.cowcheck.verdict.Verdict;
import org.junit.jupiter.api.Test;

/** What follows from answers, with answers that are made up. */
final class DroppingTest {
  private static final Column LKMM = new Column("lkmm", Platform.GENERIC);
  private static final Scenario FIRST = Scenarios.all().get(0);
  private static final Scenario SECOND = Scenarios.all().get(1);
  private static final Edit BEFORE = new Edit.InsertBefore("E2", Fence.SMP_MB);
  private static final Edit AFTER = new Edit.InsertAfter("U9", Fence.WMB);
  private static final Patch TWO_BARRIERS =
      new Patch("two", "two barriers", KernelState.S3, ImmutableList.of(BEFORE, AFTER));

  private static Ablation drop(Patch patch, Engine engine) throws InterruptedException {
    return new Dropping(
            engine,
            patch,
            Parts.of(patch),
            ImmutableList.of(FIRST, SECOND),
            ImmutableList.of(LKMM),
            Accesses.MARKED)
        .run();
  }

  private static Finding finding(Ablation ablation, String id) {
    return ablation.findings().entrySet().stream()
        .filter(entry -> entry.getKey().id().equals(id))
        .map(entry -> entry.getValue().get(0))
        .findFirst()
        .orElseThrow();
  }

  private static boolean has(Cell cell, Edit edit) {
    return cell.patch().edits().contains(edit);
  }

  private static Verdict sometimes(boolean breaks) {
    return breaks ? SOMETIMES : NEVER;
  }

  @Test
  void whatBreaksNothingIsRedundantAndTheOtherNecessary() throws InterruptedException {
    Ablation ablation =
        drop(
            TWO_BARRIERS,
            new PlantedEngine(
                cell -> sometimes(!has(cell, BEFORE) && cell.scenario().equals(SECOND))));
    Finding before = finding(ablation, "before E2");
    assertEquals(Role.NECESSARY, before.role());
    assertEquals(List.of(SECOND), before.broken().stream().map(o -> o.cell().scenario()).toList());
    assertEquals(1, before.held());
    Finding after = finding(ablation, "after U9");
    assertEquals(Role.REDUNDANT, after.role());
    assertEquals(2, after.held());
    assertEquals(20, after.executions());
    assertFalse(ablation.isOpen());
  }

  /** Each barrier alone is enough, so each alone can go; that both cannot is said as well. */
  @Test
  void whatIsNecessaryOnlyWithoutTheOtherIsRedundantAndNotAllCanGo() throws InterruptedException {
    Ablation ablation =
        drop(
            TWO_BARRIERS,
            new PlantedEngine(cell -> sometimes(!has(cell, BEFORE) && !has(cell, AFTER))));
    assertEquals(Role.REDUNDANT, finding(ablation, "before E2").role());
    assertEquals(Role.REDUNDANT, finding(ablation, "after U9").role());
    assertEquals(1, ablation.trims().size());
    assertEquals(2, ablation.trims().get(0).broken().size());
    assertEquals(ImmutableList.of(), ablation.trims().get(0).patch().edits());
  }

  @Test
  void whatCanGoTogetherIsSaidToo() throws InterruptedException {
    Ablation ablation = drop(TWO_BARRIERS, new PlantedEngine(cell -> NEVER));
    assertEquals(2, ablation.trims().get(0).held());
    assertEquals(List.of(), ablation.trims().get(0).broken());
  }

  @Test
  void aCellThatBreaksWithTheWholePatchTellsNothing() throws InterruptedException {
    PlantedEngine engine = new PlantedEngine(cell -> SOMETIMES);
    Ablation ablation = drop(TWO_BARRIERS, engine);
    assertEquals(Role.UNTOLD, finding(ablation, "before E2").role());
    assertEquals(2, finding(ablation, "before E2").silent());
    assertEquals(2, ablation.wholes().get(0).broken().size());
    assertEquals(2, engine.asked().size());
  }

  @Test
  void aCellThatDoesNotComeByAPartIsNotExploredWithoutIt() throws InterruptedException {
    PlantedEngine engine =
        new PlantedEngine(cell -> sometimes(!has(cell, BEFORE)))
            .untouched(
                cell ->
                    cell.scenario().equals(FIRST)
                        ? ImmutableSet.of("E2", "U9")
                        : ImmutableSet.of("U9"));
    Ablation ablation = drop(TWO_BARRIERS, engine);
    Finding before = finding(ablation, "before E2");
    assertEquals(1, before.cells());
    assertEquals(1, before.broken().size());
    assertEquals(Role.NOT_RUN, finding(ablation, "after U9").role());
    assertTrue(
        engine.asked().stream()
            .noneMatch(
                cell -> cell.scenario().equals(FIRST) && !cell.patch().equals(TWO_BARRIERS)));
  }

  @Test
  void aBoundLeavesAPartUnknownUnlessSomethingBreaks() throws InterruptedException {
    Ablation ablation =
        drop(
            TWO_BARRIERS,
            new PlantedEngine(
                cell -> {
                  if (has(cell, BEFORE)) {
                    return has(cell, AFTER) ? NEVER : UNKNOWN;
                  }
                  return cell.scenario().equals(FIRST) ? SOMETIMES : UNKNOWN;
                }));
    assertEquals(Role.NECESSARY, finding(ablation, "before E2").role());
    assertEquals(Role.UNKNOWN, finding(ablation, "after U9").role());
    assertTrue(ablation.isOpen());
  }

  @Test
  void aBoundOnTheWholePatchLeavesNothingRedundant() throws InterruptedException {
    Ablation ablation =
        drop(
            TWO_BARRIERS,
            new PlantedEngine(cell -> cell.scenario().equals(FIRST) ? UNKNOWN : NEVER));
    assertEquals(Role.UNKNOWN, finding(ablation, "before E2").role());
    assertEquals(List.of(), ablation.trims());
    assertTrue(ablation.isOpen());
  }

  @Test
  void theWeakestBarrierThatIsEnoughIsNamed() throws InterruptedException {
    Edit weak = new Edit.InsertBefore("E2", Fence.SMP_RMB);
    Ablation ablation =
        drop(
            TWO_BARRIERS,
            new PlantedEngine(
                cell -> sometimes((!has(cell, BEFORE) && !has(cell, weak)) || !has(cell, AFTER))));
    Finding before = finding(ablation, "before E2");
    assertEquals(ImmutableMap.of(Fence.SMP_WMB, SOMETIMES, Fence.SMP_RMB, NEVER), before.weaker());
    assertEquals(Optional.of(Fence.SMP_RMB), before.sufficing());
    assertEquals(Optional.empty(), finding(ablation, "after U9").sufficing());
  }

  /** A weaker barrier must be enough in each scenario that needs one. */
  @Test
  void whatIsEnoughInOneScenarioOnlyIsNotEnough() throws InterruptedException {
    Edit weak = new Edit.InsertBefore("E2", Fence.SMP_RMB);
    Ablation ablation =
        drop(
            TWO_BARRIERS,
            new PlantedEngine(
                cell ->
                    sometimes(
                        !has(cell, BEFORE)
                            && !(has(cell, weak) && cell.scenario().equals(FIRST)))));
    assertEquals(Optional.empty(), finding(ablation, "before E2").sufficing());
  }

  @Test
  void newDataRacesAreNotRedundancy() throws InterruptedException {
    RacingPair pair = RacingPair.of("word", "one", "other");
    Ablation ablation =
        drop(
            TWO_BARRIERS,
            new PlantedEngine(cell -> NEVER)
                .races(cell -> has(cell, BEFORE) ? ImmutableList.of() : ImmutableList.of(pair)));
    assertEquals(Role.AGAINST_RACES, finding(ablation, "before E2").role());
    assertEquals(Role.REDUNDANT, finding(ablation, "after U9").role());
  }

  @Test
  void onlyNeverAndNotSometimesIsAskedForAgain() throws InterruptedException {
    PlantedEngine engine = new PlantedEngine(cell -> sometimes(cell.scenario().equals(FIRST)));
    drop(SeedPatches.S2_WITH_BARRIERS, engine);
    assertEquals(1, engine.asked().stream().filter(cell -> cell.scenario().equals(FIRST)).count());
  }
}
