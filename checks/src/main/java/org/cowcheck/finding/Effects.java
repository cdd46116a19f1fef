package org.cowcheck.finding;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.explore.Execution;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;
import org.cowcheck.verdict.Cause;

/**
 * What an invariant is broken by, in one execution: stores and notes that it would hold without.
 */
final class Effects {
  private static final ImmutableSet<String> OF_CALLS = ImmutableSet.of(Note.CALL, Note.RETURN);

  private Effects() {}

  /** Steps with the words that they store to, such as {@code C9 store flags}, and notes. */
  static ImmutableSet<String> of(Execution execution, Invariant invariant) {
    Counterfactual fact = Counterfactual.asItWas(execution);
    if (invariant.holds().test(fact)) {
      throw new IllegalArgumentException("not broken: " + invariant.broken());
    }
    Set<String> effects = new TreeSet<>();
    for (Map.Entry<Word, Long> seen : fact.seen().entrySet()) {
      culprit(execution, invariant, seen.getKey(), seen.getValue())
          .filter(event -> event.lockRole() == LockRole.NONE)
          .ifPresent(
              event -> effects.add(Cause.access(event.step().label(), "store", event.word())));
    }
    for (int cpu = 0; cpu < execution.cpus(); cpu++) {
      for (Note note : execution.notes(cpu)) {
        if (!OF_CALLS.contains(note.name())
            && holds(invariant, Counterfactual.unnoted(execution, note.name()))) {
          effects.add(
              note.name().equals(Note.BUG) ? bug(execution.graph(), cpu, note) : note.name());
        }
      }
    }
    return ImmutableSortedSet.copyOf(effects);
  }

  /** Which check fired, by the step that it is in: that of the event before. */
  private static String bug(Graph graph, int cpu, Note note) {
    return note.position() == 0
        ? note.name()
        : graph.event(graph.at(cpu, note.position() - 1)).step().label() + " " + note.name();
  }

  /**
   * The last write of a word up to the one that was seen whose value matters: with that of the
   * write before it, the invariant would hold.
   */
  private static Optional<Event> culprit(
      Execution execution, Invariant invariant, Word word, long seen) {
    Graph graph = execution.graph();
    int number = word.number();
    int last = graph.writes(number) - 1;
    int place = last;
    while (place > 0 && graph.value(graph.write(number, place)) != seen) {
      place--;
    }
    for (place = place == 0 ? last : place; place > 0; place--) {
      long before = graph.value(graph.write(number, place - 1));
      if (holds(invariant, Counterfactual.with(execution, word, before))) {
        return Optional.of(graph.event(graph.write(number, place)));
      }
    }
    return Optional.empty();
  }

  /** A state that never was may be one that an invariant cannot make sense of. */
  private static boolean holds(Invariant invariant, Counterfactual end) {
    try {
      return invariant.holds().test(end);
    } catch (IllegalStateException | IllegalArgumentException | NullPointerException e) {
      return false;
    }
  }
}
