package org.cowcheck.cli;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.cowcheck.ablation.Change;
import org.cowcheck.ablation.Engine.Answer;
import org.cowcheck.ablation.Engine.Question;
import org.cowcheck.ablation.Part;
import org.cowcheck.ablation.Parts;
import org.cowcheck.explore.Bounds;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Verdict;
import org.junit.jupiter.api.Test;

/** Whether what is not explored again is what would have been found. */
final class ExplorationsTest {
  private static final Explorations ENGINE = new Explorations(Bounds.NONE, 2, () -> false);

  private static Cell cell(Scenario scenario, Patch patch, String model) {
    return new Cell(scenario, patch, Platform.GENERIC, model, Accesses.MARKED);
  }

  private static Question toTheEnd(Cell cell, ImmutableSet<String> labels) {
    return new Question(cell, true, labels);
  }

  private static ImmutableSet<String> labels(Change change) {
    return Stream.concat(change.removes().stream(), change.adds().stream())
        .map(Edit::label)
        .collect(ImmutableSet.toImmutableSet());
  }

  private static String summary(Outcome outcome) {
    return "%s %d %d %s %s"
        .formatted(
            outcome.verdict(),
            outcome.executions(),
            outcome.blocked(),
            outcome.races(),
            outcome.recording());
  }

  /** Parts that a cell does not come by change nothing of it; others may, and some of them do. */
  private static void checkParts(
      Patch patch, List<Scenario> scenarios, String model, Set<String> expected)
      throws InterruptedException {
    Set<String> changing = new HashSet<>();
    for (Part part : Parts.of(patch)) {
      ImmutableSet<String> labels = labels(part.dropping());
      Patch without = Parts.without(patch, part);
      ImmutableList<Answer> whole =
          ENGINE.ask(
              scenarios.stream()
                  .map(scenario -> toTheEnd(cell(scenario, patch, model), labels))
                  .collect(toImmutableList()));
      ImmutableList<Answer> dropped =
          ENGINE.ask(
              scenarios.stream()
                  .map(scenario -> toTheEnd(cell(scenario, without, model), labels))
                  .collect(toImmutableList()));
      for (int i = 0; i < scenarios.size(); i++) {
        String before = summary(whole.get(i).outcome());
        String after = summary(dropped.get(i).outcome());
        if (whole.get(i).labels().isEmpty()) {
          assertEquals(before, after, part + " " + scenarios.get(i));
        } else if (!before.equals(after)) {
          changing.add(part.id());
        }
      }
    }
    assertTrue(changing.containsAll(expected), changing::toString);
  }

  private static List<Scenario> scenarios(String... names) {
    return Stream.of(names).flatMap(name -> Names.scenarios(name).stream()).toList();
  }

  @Test
  void cellsThatDoNotComeByAPartAreTheSameWithoutIt() throws InterruptedException {
    List<Scenario> pages =
        scenarios(
            "pageslab-at-f*", "kpageflags-with-reference", "memory-failure-at-free", "entry-none");
    checkParts(Names.patch("seed"), pages, "sc", Set.of("T2", "T3", "K8", "MX16", "F8", "HR3"));
    checkParts(Names.patch("seed-with-reader-rmb"), pages, "lkmm", Set.of("F8", "F9", "after T2"));
  }

  @Test
  void barriersThatAreNotComeByChangeNothing() throws InterruptedException {
    checkParts(
        Names.patch("S2-with-088b8aa537c2"),
        scenarios("gup-fast-vs-ksm-same-pte", "pageslab-at-free", "slow-gup-vs-ksm"),
        "lkmm",
        Set.of("E4", "G17"));
  }

  /** An exploration that stops at the first violation agrees with one that goes on. */
  @Test
  void stoppingAtTheFirstViolationGivesTheSameVerdict() throws InterruptedException {
    Patch seed = Names.patch("seed");
    for (Scenario scenario : scenarios("pageslab-at-f*", "kpageflags-*")) {
      for (String model : List.of("sc", "lkmm")) {
        Cell cell = cell(scenario, seed, model);
        Outcome all = ask(new Question(cell, true, ImmutableSet.of()));
        Outcome first = ask(new Question(cell, false, ImmutableSet.of()));
        assertEquals(all.verdict(), first.verdict(), cell.toString());
        if (first.verdict() == Verdict.SOMETIMES) {
          assertTrue(first.executions() <= all.executions(), cell.toString());
          assertTrue(first.recording().isPresent(), cell.toString());
        } else {
          assertEquals(summary(all), summary(first), cell.toString());
        }
      }
    }
  }

  private static Outcome ask(Question question) throws InterruptedException {
    return ENGINE.ask(ImmutableList.of(question)).get(0).outcome();
  }

  @Test
  void whatIsInterruptedIsUnknown() throws InterruptedException {
    Cell cell = cell(Names.scenario("pageslab-at-free"), Names.patch("seed"), "sc");
    Outcome outcome =
        new Explorations(Bounds.NONE, 2, () -> true)
            .ask(ImmutableList.of(new Question(cell, false, ImmutableSet.of())))
            .get(0)
            .outcome();
    assertEquals(Verdict.UNKNOWN, outcome.verdict());
    assertEquals("interrupted", outcome.stopped());
  }
}
