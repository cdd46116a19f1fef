package org.cowcheck.synthesis;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.cowcheck.consistency.Judgement;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.execution.Graph;
import org.cowcheck.explore.StepBegin;

/**
 * A violating execution without the fences that were tried, from which clauses are learned.
 *
 * <p>Fences are monotone: more of them forbid more. And what is violated without a fence is
 * violated with it, as a fence changes no value, and leaves fewer instants at which something may
 * have been true. So the execution goes wrong under every set whose fences do not forbid it, if the
 * set has the same other edits.
 */
final class Learned {
  private final int scenario;
  private final BitSet given;
  private final Graph graph;
  private final boolean isRace;
  private final MemoryModel model;
  private final Gaps gaps;
  private final ImmutableList<BitSet> effects;
  private final ImmutableSet<String> labels;

  /**
   * An execution.
   *
   * @param scenario its number
   * @param given the edits that are no fences and under which it was found
   * @param graph without the fences that were tried
   * @param begins per CPU where steps begin in it
   * @param isRace whether the violation is a data race
   */
  Learned(
      int scenario,
      BitSet given,
      Graph graph,
      List<ImmutableList<StepBegin>> begins,
      boolean isRace,
      MemoryModel model,
      List<Candidate> candidates) {
    this.scenario = scenario;
    this.given = given;
    this.graph = graph;
    this.isRace = isRace;
    this.model = model;
    this.gaps = new Gaps(graph);
    this.labels =
        begins.stream()
            .flatMap(List::stream)
            .map(begin -> begin.step().label())
            .collect(ImmutableSet.toImmutableSet());
    ImmutableList.Builder<BitSet> all = ImmutableList.builder();
    for (Candidate candidate : candidates) {
      BitSet own = new BitSet();
      if (candidate.isFence()) {
        for (int cpu = 0; cpu < begins.size(); cpu++) {
          for (int index : candidate.place().in(begins.get(cpu))) {
            gaps.addEffects(cpu, index, candidate.kind(), own);
          }
        }
      }
      all.add(own);
    }
    this.effects = all.build();
  }

  int scenario() {
    return scenario;
  }

  BitSet given() {
    return given;
  }

  Graph graph() {
    return graph;
  }

  boolean isRace() {
    return isRace;
  }

  /** Whether the execution goes wrong under a set of the same other edits. */
  boolean isLeftBy(BitSet set) {
    return isPossible(effectsOf(set));
  }

  private BitSet effectsOf(BitSet set) {
    BitSet result = new BitSet();
    set.stream().forEach(number -> result.or(effects.get(number)));
    return result;
  }

  private boolean isPossible(BitSet fences) {
    Judgement judgement = model.judge(gaps.withFences(fences));
    return judgement.isConsistent() && (!isRace || !judgement.races().isEmpty());
  }

  /**
   * The clause that a set does not satisfy under which the execution goes wrong: its fences grow,
   * as long as that forbids nothing, and something has to be outside.
   *
   * @param order of the fences that may be added
   */
  HittingSet.Clause clause(BitSet set, List<Integer> order, List<Candidate> candidates) {
    BitSet grown = effectsOf(set);
    BitSet inside = (BitSet) set.clone();
    grow(order, grown, inside);
    BitSet oneOf = new BitSet();
    for (int number = 0; number < candidates.size(); number++) {
      Candidate candidate = candidates.get(number);
      boolean hasNoEffect =
          candidate.isAboutItsStepAlone() && !labels.contains(candidate.step().label());
      if (!inside.get(number) && !hasNoEffect) {
        oneOf.set(number);
      }
    }
    return new HittingSet.Clause(given, oneOf);
  }

  /** Adds of these fences as many as do not forbid the execution, the first ones first. */
  private void grow(List<Integer> order, BitSet grown, BitSet inside) {
    List<Integer> rest = new ArrayList<>();
    for (int number : order) {
      if (HittingSet.containsAll(grown, effects.get(number))) {
        inside.set(number);
      } else {
        rest.add(number);
      }
    }
    if (rest.isEmpty()) {
      return;
    }
    BitSet more = (BitSet) grown.clone();
    rest.forEach(number -> more.or(effects.get(number)));
    if (isPossible(more)) {
      grown.or(more);
      rest.forEach(inside::set);
    } else if (rest.size() > 1) {
      grow(rest.subList(0, rest.size() / 2), grown, inside);
      grow(rest.subList(rest.size() / 2, rest.size()), grown, inside);
    }
  }
}
