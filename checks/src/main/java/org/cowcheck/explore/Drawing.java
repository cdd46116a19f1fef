package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.IntStream;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.Relation;
import org.cowcheck.verdict.Witness;

/**
 * Turns an execution into a witness: finds an order of rows that memory may have seen, and the pair
 * of accesses whose reordering makes the violation possible.
 *
 * <h2>Rows</h2>
 *
 * A row must come after all that the model orders before it and after what it reads from; a read
 * comes before the writes that overwrite what it read, and writes come in coherence order. Beyond
 * that, rows follow program order as far as they can: an event leaves it only where every CPU's
 * next event is held up, and then it is one that helps the most CPUs on. Where writes reach CPUs in
 * different orders there may be no such order; then coherence and overwriting are given up.
 *
 * <h2>The reordered pair</h2>
 *
 * The shortest cycle of po, rf, co and fr proves that no interleaving gives this execution. Its po
 * edges that the rows turn around are the reordered pairs.
 */
final class Drawing {
  private final Graph graph;
  private final Relation preserved;
  private final boolean[] drawn;
  private final List<Integer> rows = new ArrayList<>();
  private final List<Integer> early = new ArrayList<>();
  private int current;

  private Drawing(Graph graph, Relation preserved) {
    this.graph = graph;
    this.preserved = preserved;
    this.drawn = new boolean[graph.size()];
    for (int id = 0; id < graph.words(); id++) {
      drawn[id] = true;
    }
  }

  /** The witness that an execution is. */
  static Witness draw(Execution execution, MemoryModel model, List<String> columns) {
    Graph graph = execution.graph();
    Drawing drawing = new Drawing(graph, model.preserved(graph));
    if (!drawing.drawRows(drawing.constraints(true))) {
      drawing.drawRows(drawing.constraints(false));
    }
    ImmutableList<Witness.Edge> cycle = drawing.shortestCycle(execution.reaches());
    ImmutableList.Builder<Witness.Pair> reordered = ImmutableList.builder();
    for (Witness.Edge edge : cycle) {
      if (edge.relation().equals("po")
          && drawing.rows.indexOf(edge.to()) < drawing.rows.indexOf(edge.from())) {
        reordered.add(new Witness.Pair(edge.from(), edge.to()));
      }
    }
    return new Witness(
        graph,
        ImmutableList.copyOf(columns),
        execution.broken(),
        IntStream.range(0, graph.cpus())
            .mapToObj(execution::notes)
            .collect(ImmutableList.toImmutableList()),
        ImmutableList.copyOf(drawing.rows),
        ImmutableList.copyOf(drawing.early),
        reordered.build(),
        cycle);
  }

  /** What must come before what. */
  private Relation constraints(boolean withOverwriting) {
    Relation before = Relation.none(graph).or(preserved);
    for (int id = graph.words(); id < graph.size(); id++) {
      Event event = graph.event(id);
      if (event.isRead()) {
        int source = graph.rf(id);
        if (graph.event(source).cpu() != event.cpu()) {
          before.add(source, id);
        }
        if (withOverwriting) {
          addLaterWrites(before, id, source);
        }
      } else if (event.isWrite() && withOverwriting) {
        addLaterWrites(before, id, id);
      }
    }
    return before;
  }

  private void addLaterWrites(Relation before, int id, int write) {
    int word = graph.event(write).word().number();
    for (int place = graph.place(write) + 1; place < graph.writes(word); place++) {
      if (graph.write(word, place) != id) {
        before.add(id, graph.write(word, place));
      }
    }
  }

  /** Draws all rows, or says that the constraints are cyclic. */
  private boolean drawRows(Relation before) {
    if (!before.isAcyclic()) {
      return false;
    }
    Relation ancestors = before.plus();
    int total = graph.size() - graph.words();
    while (rows.size() < total) {
      int next = inOrder(before);
      if (next < 0) {
        next = outOfOrder(before, ancestors);
        early.add(next);
      }
      rows.add(next);
      drawn[next] = true;
      current = graph.event(next).cpu();
    }
    return true;
  }

  /** The next event of some CPU, of the current one if it can; or -1. */
  private int inOrder(Relation before) {
    for (int i = 0; i < graph.cpus(); i++) {
      int head = head((current + i) % graph.cpus());
      if (head >= 0 && isFree(head, before)) {
        return head;
      }
    }
    return -1;
  }

  /** The first event of a CPU that is not drawn, or -1. */
  private int head(int cpu) {
    for (int i = 0; i < graph.length(cpu); i++) {
      if (!drawn[graph.at(cpu, i)]) {
        return graph.at(cpu, i);
      }
    }
    return -1;
  }

  private boolean isFree(int id, Relation before) {
    for (int other = graph.words(); other < graph.size(); other++) {
      if (!drawn[other] && before.has(other, id)) {
        return false;
      }
    }
    return true;
  }

  /** The event that can come now and that most CPUs' next events wait for. */
  private int outOfOrder(Relation before, Relation ancestors) {
    int best = -1;
    int bestHelps = -1;
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      for (int i = 0; i < graph.length(cpu); i++) {
        int id = graph.at(cpu, i);
        if (!drawn[id] && isFree(id, before)) {
          int helps = helps(id, ancestors);
          if (helps > bestHelps) {
            best = id;
            bestHelps = helps;
          }
        }
      }
    }
    return best;
  }

  private int helps(int id, Relation ancestors) {
    int helps = 0;
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      int head = head(cpu);
      if (head >= 0 && ancestors.has(id, head)) {
        helps++;
      }
    }
    return helps;
  }

  /**
   * The shortest cycle of po, rf, co and fr between accesses, and of several the one whose po edges
   * span the least; empty if there is none.
   *
   * @param reaches what they lead to, one after the other
   */
  private ImmutableList<Witness.Edge> shortestCycle(Relation reaches) {
    Path shortest = null;
    for (int id = graph.words(); id < graph.size(); id++) {
      Path cycle = reaches.has(id, id) ? cycleThrough(id) : null;
      if (cycle != null && (shortest == null || cycle.length < shortest.length)) {
        shortest = cycle;
      }
    }
    ImmutableList.Builder<Witness.Edge> edges = ImmutableList.builder();
    for (Path path = shortest; path != null && path.before != null; path = path.before) {
      edges.add(new Witness.Edge(path.before.end, relation(path.before.end, path.end), path.end));
    }
    return edges.build().reverse();
  }

  /** A path, by its last event and the path to the one before. */
  private record Path(int end, Path before, int length) {}

  /** The shortest cycle through an event (Dijkstra), or null. */
  private Path cycleThrough(int start) {
    Set<Integer> seen = new HashSet<>();
    PriorityQueue<Path> queue = new PriorityQueue<>(Comparator.comparingInt(Path::length));
    queue.add(new Path(start, null, 0));
    while (!queue.isEmpty()) {
      Path path = queue.remove();
      if (path.before != null && path.end == start) {
        return path;
      }
      if (path.before != null && !seen.add(path.end)) {
        continue;
      }
      for (int to = graph.words(); to < graph.size(); to++) {
        if (!relation(path.end, to).isEmpty()) {
          queue.add(new Path(to, path, path.length + length(path.end, to)));
        }
      }
    }
    return null;
  }

  private int length(int from, int to) {
    Event a = graph.event(from);
    Event b = graph.event(to);
    return graph.size() + (a.cpu() == b.cpu() ? b.index() - a.index() : 0);
  }

  /** The name of the relation that leads from one access to another, or the empty string. */
  private String relation(int from, int to) {
    Event a = graph.event(from);
    Event b = graph.event(to);
    if (a.isFence() || b.isFence()) {
      return "";
    }
    if (a.cpu() == b.cpu()) {
      return a.index() < b.index() ? "po" : "";
    }
    if (a.word() != b.word()) {
      return "";
    }
    if (b.isRead()) {
      return graph.rf(to) == from ? "rf" : "";
    }
    return graph.place(graph.writeOf(from)) < graph.place(to) ? (a.isRead() ? "fr" : "co") : "";
  }
}
