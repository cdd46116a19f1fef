package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Maps;
import com.google.common.collect.Multimaps;
import com.google.common.collect.SetMultimap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.cowcheck.execution.Graph;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Execution;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.memory.Step;
import org.cowcheck.report.VerdictPage;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.CatalogueCells;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Verdict;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code cowcheck verdicts}: explores the catalogue and writes the page of verdicts. */
@Command(
    name = "verdicts",
    description = {
      "Explores the whole catalogue and prints the page of verdicts, in Markdown.",
      "It is kept as model/VERDICTS.md."
    })
final class VerdictsCommand implements Callable<Integer> {
  @Mixin private ThreadsOption threads = new ThreadsOption();

  private final SetMultimap<Scenario, Step> steps =
      Multimaps.synchronizedSetMultimap(Multimaps.newSetMultimap(new HashMap<>(), HashSet::new));

  @Override
  public Integer call() throws InterruptedException {
    ImmutableList<Cell> cells =
        ImmutableSet.<Cell>builder()
            .addAll(CatalogueCells.marked())
            .addAll(CatalogueCells.ofRaces())
            .build()
            .asList();
    ProgressLine progress = new ProgressLine(System.err);
    AtomicInteger done = new AtomicInteger();
    ImmutableList<Outcome> outcomes =
        SideBySide.run(
            cells,
            threads.threads(),
            (cell, inside) -> {
              Outcome outcome =
                  new ScenarioCheck(cell, Names.model(cell.model()))
                      .explore(
                          Bounds.NONE,
                          inside,
                          progress.of(done, cells.size(), cell.toString()),
                          () -> false,
                          execution -> look(cell, execution));
              done.incrementAndGet();
              return outcome;
            });
    progress.clear();
    System.out.print(VerdictPage.print(Scenarios.all(), facts(outcomes)));
    return ExitCode.OK;
  }

  private void look(Cell cell, Execution execution) {
    if (cell.model().equals("sc")) {
      Graph graph = execution.graph();
      for (int id = graph.words(); id < graph.size(); id++) {
        steps.put(cell.scenario(), graph.event(id).step());
      }
    }
  }

  private VerdictPage.Facts facts(ImmutableList<Outcome> outcomes) {
    ImmutableMap<Cell, Outcome> byCell = Maps.uniqueIndex(outcomes, Outcome::cell);
    return new VerdictPage.Facts() {
      @Override
      public Optional<Verdict> verdict(Cell cell) {
        return Optional.ofNullable(byCell.get(cell)).map(Outcome::verdict);
      }

      @Override
      public OptionalLong executions(Cell cell) {
        return byCell.containsKey(cell)
            ? OptionalLong.of(byCell.get(cell).executions())
            : OptionalLong.empty();
      }

      @Override
      public ImmutableSet<Step> steps(Scenario scenario) {
        return ImmutableSet.copyOf(steps.get(scenario));
      }
    };
  }
}
