package org.cowcheck.nightly;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Iterables;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.cowcheck.hardware.StressOptions;
import org.cowcheck.hardware.StressResult;
import org.cowcheck.hardware.StressResult.Expected;
import org.cowcheck.hardware.StressResult.Observed;
import org.cowcheck.hardware.StressTest;
import org.cowcheck.journal.Entry;
import org.cowcheck.linear.MadeUp;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.process.Processors;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.Expectations;
import org.junit.jupiter.api.Test;

/** What Lincheck or jcstress has seen is held against what the explorer says. */
final class DisagreementTest {
  private static final Scenario SCENARIO =
      Iterables.find(Scenarios.all(), scenario -> scenario.name().equals("gup-fast-vs-fork"));
  private static final LincheckTask.Launcher LAUNCHER =
      new LincheckTask.Launcher(
          List.of("false"), Path.of("."), Duration.ofSeconds(1), new Processors());
  private static final Expectations EXPECTATIONS = Expectations.read();

  private static List<Patch> patches(String... names) {
    return Patches.all().stream().filter(patch -> List.of(names).contains(patch.name())).toList();
  }

  /** What Lincheck is said to have answered, in an entry as a process would return it. */
  private static Entry.CellDone said(Task task, String verdict, String broken) {
    return new Entry.CellDone(
        1,
        task.key().engine(),
        task.key().cell(),
        verdict,
        true,
        1,
        1,
        List.of(),
        List.of(),
        broken,
        "",
        "",
        task.reproduce(),
        "",
        null);
  }

  private static List<String> disagreements(Task task, Entry.CellDone done) {
    return Disagreement.all(
            new Plan(ImmutableList.of(task)), ImmutableMap.of(task.key(), done), EXPECTATIONS)
        .stream()
        .map(Change::toString)
        .toList();
  }

  private static Task lincheck(String patch) {
    return LincheckTask.ofCatalogue(List.of(SCENARIO), patches(patch), LAUNCHER).get(0);
  }

  private static StressTask stress(String patch) {
    return new StressTask(
        null,
        new StressTest("org.cowcheck.stress.Fork.T", "gup-fast-vs-fork", patch, "marked"),
        Path.of("."),
        new Budget(() -> 0, 1));
  }

  private static Entry.CellDone seen(StressTask task, Expected expected) {
    return StressTask.entry(
        1,
        new StressResult(
            task.test(), 1, ImmutableList.of(new Observed("1, 0, lost()", expected, 9, "d")), ""),
        StressOptions.quick(1, 1),
        1,
        "");
  }

  @Test
  void lincheckFindsWhatTheExplorerCallsImpossible() {
    Task task = lincheck("S3");
    assertEquals(
        List.of("engines disagree: gup-fast-vs-fork S3: explorer Never, lincheck saw: it is lost"),
        disagreements(task, said(task, "Sometimes", "it is lost")));
  }

  @Test
  void lincheckMayFindWhatTheExplorerFinds_andMayMissIt() {
    Task task = lincheck("S3-without-write-protect-seq");
    assertEquals(List.of(), disagreements(task, said(task, "Sometimes", "it is lost")));
    assertEquals(List.of(), disagreements(task, said(task, LincheckCell.PASSED, "")));
  }

  /** The explorer's answer of this night counts, not the one on record. */
  @Test
  void theExplorersAnswerOfThisNightComesFirst() {
    Task task = lincheck("S3");
    String cell = task.byExplorer().orElseThrow().toString();
    Entry.CellDone explored =
        new Entry.CellDone(
            1,
            "explorer",
            cell,
            "Sometimes",
            false,
            1,
            1,
            List.of(),
            List.of(),
            "",
            "",
            "",
            "",
            "",
            null);
    assertEquals(
        ImmutableList.of(),
        Disagreement.all(
            new Plan(ImmutableList.of(task)),
            ImmutableMap.of(
                task.key(), said(task, "Sometimes", "it is lost"), explored.key(), explored),
            EXPECTATIONS));
  }

  @Test
  void whatGoesWrongInMadeUpScenariosIsNeverExpected() {
    Task task = LincheckTask.ofMadeUp(List.of(MadeUp.SMALL_PAGE), patches("S3"), LAUNCHER).get(0);
    assertEquals(
        List.of(
            "engines disagree: made-up-small-page S3: nothing is known to go wrong, lincheck saw:"
                + " it is lost"),
        disagreements(task, said(task, "Sometimes", "it is lost")));
  }

  @Test
  void jcstressSeesWhatTheExplorerCallsImpossible() {
    StressTask task = stress("S3");
    assertEquals(
        List.of(
            "engines disagree: gup-fast-vs-fork S3 Fork.T: explorer Never, jcstress saw: 1, 0,"
                + " lost() (interesting)"),
        disagreements(task, seen(task, Expected.ACCEPTABLE_INTERESTING)));
    assertEquals(List.of(), disagreements(task, seen(task, Expected.ACCEPTABLE)));
  }

  @Test
  void jcstressMaySeeARaceWhereItIs_butNothingForbidden() {
    StressTask task = stress("S3-without-write-protect-seq");
    assertEquals(List.of(), disagreements(task, seen(task, Expected.ACCEPTABLE_INTERESTING)));
    assertEquals(
        List.of(
            "engines disagree: gup-fast-vs-fork S3-without-write-protect-seq Fork.T: explorer"
                + " Sometimes, jcstress saw: 1, 0, lost()"),
        disagreements(task, seen(task, Expected.FORBIDDEN)));
  }

  /** The race is there; but both programs cannot return 7. */
  @Test
  void whatATestAllowsMayBeImpossibleAllTheSame() {
    StressTask task = stress("S3-without-write-protect-seq");
    assertEquals(
        List.of(
            "engines disagree: gup-fast-vs-fork S3-without-write-protect-seq Fork.T: explorer"
                + " Sometimes, jcstress saw: 7, 7, holds (impossible to the explorer)"),
        disagreements(task, heldAgainstExplorer(task, "7, 7, holds", Expected.ACCEPTABLE)));
    for (String possible :
        List.of("0, 0, holds", "1, 0, holds", "1, 0, a pinned page lost its exclusivity")) {
      assertEquals(
          List.of(), disagreements(task, heldAgainstExplorer(task, possible, Expected.ACCEPTABLE)));
    }
  }

  /** With write_protect_seq nothing is lost: the same ends are no ends any more. */
  @Test
  void whatIsPossibleDependsOnThePatch() {
    StressTask task = stress("S3");
    assertEquals(
        List.of(),
        disagreements(task, heldAgainstExplorer(task, "1, 0, holds", Expected.ACCEPTABLE)));
    String lost = "1, 0, a pinned page lost its exclusivity";
    assertEquals(
        List.of(
            "engines disagree: gup-fast-vs-fork S3 Fork.T: explorer Never, jcstress saw: "
                + lost
                + " (impossible to the explorer)"),
        disagreements(task, heldAgainstExplorer(task, lost, Expected.ACCEPTABLE)));
  }

  private static Entry.CellDone heldAgainstExplorer(
      StressTask task, String outcome, Expected expected) {
    return StressTask.entry(
        1,
        StressTask.heldAgainstExplorer(
            new StressResult(
                task.test(), 1, ImmutableList.of(new Observed(outcome, expected, 9, "d")), ""),
            () -> false),
        StressOptions.quick(1, 1),
        1,
        "");
  }

  /** A weak spot alone is no cell of the explorer. */
  @Test
  void whatIsInterestingInAWeakSpotIsNoDisagreement() {
    StressTask task = stress("");
    assertEquals(List.of(), disagreements(task, seen(task, Expected.ACCEPTABLE_INTERESTING)));
  }

  @Test
  void eachRunGoesFartherThanTheOneBefore() throws Exception {
    Task task = lincheck("S3");
    assertEquals(
        "cowcheck lincheck gup-fast-vs-fork --patch S3 --invocations 200", task.reproduce());
    LincheckTask slow =
        LincheckTask.ofCatalogue(
                List.of(SCENARIO),
                patches("S3"),
                new LincheckTask.Launcher(
                    List.of("sh", "-c", "sleep 600"),
                    Path.of("target", "lincheck"),
                    Duration.ofMillis(200),
                    new Processors()))
            .get(0);
    Entry.CellDone stopped = slow.run(3, () -> false);
    assertEquals("Unknown", stopped.verdict());
    assertEquals(
        "cowcheck lincheck gup-fast-vs-fork --patch S3 --invocations 600", stopped.reproduce());
  }
}
