package org.cowcheck.synthesis;

import com.google.common.collect.ListMultimap;
import com.google.common.collect.MultimapBuilder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.memory.Fence;

/**
 * Where fences stand among the accesses of a graph, so far as it matters.
 *
 * <p>A fence that orders stores alone comes to the same anywhere between two stores of its CPU, one
 * that orders loads alone between two loads, any other between two accesses; at either end of the
 * CPU's program it orders nothing. So each fence has an effect: a number for its CPU, what it
 * orders and the place right after the access before it. A full fence has the effects of all others
 * at its place, too; so has one for atomics right beside an atomic.
 */
final class Gaps {
  private static final int STORES = 0;
  private static final int LOADS = 1;
  private static final int AFTER_ATOMIC = 2;
  private static final int BEFORE_ATOMIC = 3;
  private static final int FULL = 4;
  private static final int SORTS = 5;

  private final Graph graph;
  private final int longest;

  Gaps(Graph graph) {
    this.graph = graph;
    int length = 0;
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      length = Math.max(length, graph.length(cpu));
    }
    this.longest = length + 1;
  }

  /** Adds the effects of a fence of a kind before the event of a CPU that has this index. */
  void addEffects(int cpu, int index, Kind kind, BitSet effects) {
    if (kind.ordersStores()) {
      add(cpu, STORES, after(cpu, index, Event::isWrite), effects);
    } else if (kind.ordersLoads()) {
      add(cpu, LOADS, after(cpu, index, Event::isRead), effects);
    } else {
      int place = after(cpu, index, event -> !event.isFence());
      if (place == 0) {
        return;
      }
      if (kind == Kind.AFTER_ATOMIC && !isOfAtomic(cpu, place - 1)) {
        add(cpu, AFTER_ATOMIC, place, effects);
      } else if (kind == Kind.BEFORE_ATOMIC && !isOfAtomic(cpu, nextAccess(cpu, place))) {
        add(cpu, BEFORE_ATOMIC, place, effects);
      } else {
        addFull(cpu, place, effects);
      }
    }
  }

  private boolean isOfAtomic(int cpu, int index) {
    return graph.event(graph.at(cpu, index)).update() != null;
  }

  private int nextAccess(int cpu, int place) {
    int index = place;
    while (graph.event(graph.at(cpu, index)).isFence()) {
      index++;
    }
    return index;
  }

  private void addFull(int cpu, int place, BitSet effects) {
    for (int sort = AFTER_ATOMIC; sort <= FULL; sort++) {
      add(cpu, sort, place, effects);
    }
    add(cpu, STORES, after(cpu, place, Event::isWrite), effects);
    add(cpu, LOADS, after(cpu, place, Event::isRead), effects);
  }

  private void add(int cpu, int sort, int place, BitSet effects) {
    if (place > 0) {
      effects.set((cpu * SORTS + sort) * longest + place);
    }
  }

  /** The place right after the last such event before an index; 0 if none is on one side. */
  private int after(int cpu, int index, Predicate<Event> matters) {
    int place = 0;
    for (int i = 0; i < index; i++) {
      if (matters.test(graph.event(graph.at(cpu, i)))) {
        place = i + 1;
      }
    }
    for (int i = index; i < graph.length(cpu); i++) {
      if (matters.test(graph.event(graph.at(cpu, i)))) {
        return place;
      }
    }
    return 0;
  }

  /** The graph with as few fences as have these effects. */
  Graph withFences(BitSet effects) {
    BitSet covered = new BitSet();
    for (int effect = effects.nextSetBit(0); effect >= 0; effect = effects.nextSetBit(effect + 1)) {
      if (sort(effect) == FULL) {
        addFull(cpu(effect), place(effect), covered);
        covered.clear(effect);
      }
    }
    List<ListMultimap<Integer, Fence>> fences = new ArrayList<>();
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      fences.add(MultimapBuilder.treeKeys().arrayListValues().build());
    }
    for (int effect = effects.nextSetBit(0); effect >= 0; effect = effects.nextSetBit(effect + 1)) {
      if (!covered.get(effect)) {
        fences.get(cpu(effect)).put(place(effect), fence(sort(effect)));
      }
    }
    return graph.withFences(fences);
  }

  private int cpu(int effect) {
    return effect / longest / SORTS;
  }

  private int sort(int effect) {
    return effect / longest % SORTS;
  }

  private int place(int effect) {
    return effect % longest;
  }

  private static Fence fence(int sort) {
    return switch (sort) {
      case STORES -> Fence.SMP_WMB;
      case LOADS -> Fence.SMP_RMB;
      case AFTER_ATOMIC -> Fence.AFTER_ATOMIC;
      case BEFORE_ATOMIC -> Fence.BEFORE_ATOMIC;
      default -> Fence.SMP_MB;
    };
  }
}
