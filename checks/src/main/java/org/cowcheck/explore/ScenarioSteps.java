package org.cowcheck.explore;

import com.google.common.collect.HashMultimap;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSetMultimap;
import com.google.common.collect.SetMultimap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Word;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * What the CPUs of a scenario do in some interleaving.
 *
 * @param steps per CPU, in the order in which they are taken
 * @param readers per word the CPUs that load it
 * @param writers per word the CPUs that store to it
 */
public record ScenarioSteps(
    ImmutableList<ImmutableSet<Step>> steps,
    ImmutableSetMultimap<Word, Integer> readers,
    ImmutableSetMultimap<Word, Integer> writers) {

  /** What a scenario's CPUs do in interleavings. */
  public static ScenarioSteps of(Setting setting) {
    List<Map<Step, Integer>> lastTaken = new ArrayList<>();
    SetMultimap<Word, Integer> readers = HashMultimap.create();
    SetMultimap<Word, Integer> writers = HashMultimap.create();
    setting
        .programs()
        .forEach(program -> lastTaken.add(new TreeMap<>(Comparator.comparing(Step::toString))));
    new Explorer(
            ImmutableList.copyOf(setting.memory().words()),
            setting.programs().stream().map(Program::body).collect(ImmutableList.toImmutableList()),
            MemoryModels.SC,
            Bounds.NONE,
            execution -> {
              Graph graph = execution.graph();
              for (int id = graph.words(); id < graph.size(); id++) {
                Event event = graph.event(id);
                lastTaken.get(event.cpu()).merge(event.step(), event.index(), Math::max);
                if (!event.isFence()) {
                  (event.isRead() ? readers : writers).put(event.word(), event.cpu());
                }
              }
              return "";
            },
            executions -> {},
            Watch.none())
        .explore();
    return new ScenarioSteps(
        lastTaken.stream().map(ScenarioSteps::inOrder).collect(ImmutableList.toImmutableList()),
        ImmutableSetMultimap.copyOf(readers),
        ImmutableSetMultimap.copyOf(writers));
  }

  private static ImmutableSet<Step> inOrder(Map<Step, Integer> lastTaken) {
    return lastTaken.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .collect(ImmutableSet.toImmutableSet());
  }
}
