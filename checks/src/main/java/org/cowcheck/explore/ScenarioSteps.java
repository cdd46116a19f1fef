package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.execution.Graph;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Step;
import org.cowcheck.scenario.Program;
import org.cowcheck.scenario.Setting;

/** The steps that a scenario's programs take in some interleaving. */
public final class ScenarioSteps {
  private ScenarioSteps() {}

  /** The steps of one CPU in the order in which they are first taken. */
  public static ImmutableSet<Step> of(Setting setting, int cpu) {
    Map<Step, Integer> firstTaken = new TreeMap<>(Comparator.comparing(Step::toString));
    ImmutableList<ToLongFunction<Cpu>> programs =
        setting.programs().stream().map(Program::body).collect(ImmutableList.toImmutableList());
    new Explorer(
            ImmutableList.copyOf(setting.memory().words()),
            programs,
            MemoryModels.SC,
            Bounds.NONE,
            execution -> {
              Graph graph = execution.graph();
              for (int i = 0; i < graph.length(cpu); i++) {
                firstTaken.merge(graph.event(graph.at(cpu, i)).step(), i, Math::max);
              }
              return "";
            },
            executions -> {},
            Watch.none())
        .explore();
    return firstTaken.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .collect(ImmutableSet.toImmutableSet());
  }
}
