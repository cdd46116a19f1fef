package org.cowcheck.verdict;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.function.ToIntFunction;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.memory.Word;

/**
 * The choices that make an execution: per CPU the source of each read, per word the coherence
 * order.
 *
 * @param sources per CPU, for each of its reads in program order, the write that it reads from
 * @param coherence per word by name, its writes in order, without the initial one
 */
public record Recording(
    ImmutableList<ImmutableList<Name>> sources,
    ImmutableMap<String, ImmutableList<Name>> coherence) {

  /**
   * An event by its CPU and its place in program order; CPU -1 is the initial write of the word of
   * that number.
   */
  public record Name(int cpu, int index) {}

  /** The choices behind a graph. */
  public static Recording of(Graph graph, Iterable<Word> words) {
    return of(graph, words, Event::index);
  }

  /** The same, in which an event's place is the number of accesses of its CPU before it. */
  public static Recording ofAccesses(Graph graph, Iterable<Word> words) {
    int[] places = new int[graph.size()];
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      int accesses = 0;
      for (int i = 0; i < graph.length(cpu); i++) {
        int id = graph.at(cpu, i);
        places[id] = accesses;
        accesses += graph.event(id).isFence() ? 0 : 1;
      }
    }
    return of(graph, words, event -> places[graph.at(event.cpu(), event.index())]);
  }

  private static Recording of(Graph graph, Iterable<Word> words, ToIntFunction<Event> place) {
    ImmutableList.Builder<ImmutableList<Name>> sources = ImmutableList.builder();
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      ImmutableList.Builder<Name> own = ImmutableList.builder();
      for (int i = 0; i < graph.length(cpu); i++) {
        int id = graph.at(cpu, i);
        if (graph.event(id).isRead()) {
          own.add(name(graph, graph.rf(id), place));
        }
      }
      sources.add(own.build());
    }
    ImmutableMap.Builder<String, ImmutableList<Name>> coherence = ImmutableMap.builder();
    for (Word word : words) {
      ImmutableList.Builder<Name> order = ImmutableList.builder();
      for (int at = 1; at < graph.writes(word.number()); at++) {
        order.add(name(graph, graph.write(word.number(), at), place));
      }
      coherence.put(word.name(), order.build());
    }
    return new Recording(sources.build(), coherence.buildOrThrow());
  }

  private static Name name(Graph graph, int id, ToIntFunction<Event> place) {
    Event event = graph.event(id);
    return event.isInitial()
        ? new Name(Event.INITIAL, event.index())
        : new Name(event.cpu(), place.applyAsInt(event));
  }

  /** The writes of a word that are on record, in coherence order. */
  public ImmutableList<Name> order(Word word) {
    ImmutableList<Name> order = coherence.get(word.name());
    return order == null ? ImmutableList.of() : order;
  }
}
