package org.cowcheck.explore;

import com.google.common.collect.HashMultimap;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.SetMultimap;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Event.Site;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.Relation;
import org.cowcheck.explore.TraceCpu.Trace;
import org.cowcheck.memory.Order;
import org.cowcheck.memory.Place;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Word;

/**
 * The open pairs of the runs of a program: a read and a later write of one CPU that nothing orders,
 * whatever the other CPUs do, where the read may read from another CPU and another CPU may read
 * from the write.
 *
 * <p>A consistent execution with a cycle of po | rf has an open pair on the cycle. The cycle enters
 * each of its CPUs at a read from another CPU and leaves it at a later write that another CPU
 * reads. If each such pair were ordered, of marked accesses therefore, they and the rf edges
 * between the CPUs would be a cycle of what happens before what.
 */
final class OpenPairs {
  private final ImmutableList<Word> words;
  private final int cpus;
  private final MemoryModel model;
  private final SetMultimap<Word, Integer> readers = HashMultimap.create();
  private final SetMultimap<Word, Integer> writers = HashMultimap.create();

  /** A read and a later write, as places in program order or as ids. */
  record Pair(int read, int write) {}

  /**
   * Pairs of the runs of a program.
   *
   * @param runs per CPU, in which every access occurs that the program can make
   */
  OpenPairs(
      ImmutableList<Word> words, ImmutableList<ImmutableList<Trace>> runs, MemoryModel model) {
    this.words = words;
    this.cpus = runs.size();
    this.model = model;
    for (ImmutableList<Trace> ofCpu : runs) {
      for (Trace run : ofCpu) {
        for (Event event : run.events()) {
          if (!event.isFence()) {
            (event.isRead() ? readers : writers).put(event.word(), event.cpu());
          }
        }
      }
    }
  }

  /** The open pairs of a run. */
  ImmutableList<Pair> in(Trace run) {
    return in(run, order(run));
  }

  /** The open pairs of a run, given what it orders. */
  ImmutableList<Pair> in(Trace run, Relation order) {
    ImmutableList.Builder<Pair> open = ImmutableList.builder();
    for (int read = 0; read < run.events().size(); read++) {
      for (int write = read + 1; write < run.events().size(); write++) {
        if (run.events().get(read).isRead()
            && run.events().get(write).isWrite()
            && !order.has(read, write)
            && hasOther(writers, run.events().get(read))
            && hasOther(readers, run.events().get(write))) {
          open.add(new Pair(read, write));
        }
      }
    }
    return open.build();
  }

  private static boolean hasOther(SetMultimap<Word, Integer> accessing, Event event) {
    return accessing.get(event.word()).stream().anyMatch(cpu -> cpu != event.cpu());
  }

  /**
   * What a run orders by itself, by places in program order. It is put into a graph in which one
   * more CPU writes every value that it reads: no order leads to that CPU.
   */
  Relation order(Trace run) {
    Graph graph = new Graph(words, cpus + 1);
    for (Event event : run.events()) {
      if (event.isWrite()) {
        graph.addWrite(event, graph.writes(event.word().number()));
      } else {
        graph.add(event, 0);
      }
    }
    for (int place = 0; place < run.events().size(); place++) {
      Event event = run.events().get(place);
      if (event.isRead()) {
        Event write =
            new Site(cpus, graph.length(cpus), Step.NONE)
                .write(event.word(), run.values().get(place), Order.ONCE, Place.NO_READ);
        graph.setRf(
            words.size() + place, graph.addWrite(write, graph.writes(event.word().number())));
      }
    }
    Relation before = model.beforeWithoutCo(graph).plus();
    Relation order = new Relation(run.events().size());
    for (int from = 0; from < order.size(); from++) {
      for (int to = from + 1; to < order.size(); to++) {
        if (before.has(words.size() + from, words.size() + to)) {
          order.add(from, to);
        }
      }
    }
    return order;
  }
}
