package org.cowcheck.report;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.memory.Note;
import org.cowcheck.verdict.Witness;

/**
 * The execution graph of a witness as plain data, for other programs and for the page. The two
 * halves of a lock are one event; what only the initial values do is left out.
 *
 * @param cpus the name of each CPU's program
 * @param broken what the execution breaks
 * @param events in an order in which memory may have seen them; edges name them by their place here
 * @param edges po from each event to the next of its CPU, rf, co to the next write, and fr to the
 *     first write that overwrites what was read
 * @param reordered pairs of events of one CPU of which the second takes effect first
 * @param cycle shows that no interleaving does it; empty if one does
 */
public record WitnessGraph(
    ImmutableList<String> cpus,
    String broken,
    ImmutableList<Item> events,
    ImmutableList<Edge> edges,
    ImmutableList<Edge> reordered,
    ImmutableList<Edge> cycle) {

  /**
   * An event, or a remark between events.
   *
   * @param kind load, store, fence, lock, unlock, note, or bug for a VM_BUG_ON that fires
   * @param label of the step, or empty
   * @param function the kernel function
   * @param what the step does
   * @param partner the step that the barrier of this step is paired with, or empty
   * @param word what is accessed, or empty
   * @param text what happens, with the value
   * @param early whether it is before something that precedes it in program order
   */
  public record Item(
      int cpu,
      String kind,
      String label,
      String function,
      String what,
      String partner,
      String word,
      String text,
      boolean early) {}

  /** An edge: po, rf, co or fr. */
  public record Edge(int from, String relation, int to) {}

  /** The graph of a witness. */
  public static WitnessGraph of(Witness witness) {
    return new Builder(witness).build();
  }

  private static final class Builder {
    private final Witness witness;
    private final Graph graph;
    private final EventText words;
    private final List<Item> events = new ArrayList<>();
    private final Set<Edge> edges = new LinkedHashSet<>();
    private final int[] places;

    Builder(Witness witness) {
      this.witness = witness;
      this.graph = witness.graph();
      this.words = new EventText(witness);
      this.places = new int[graph.size()];
      Arrays.fill(places, -1);
    }

    WitnessGraph build() {
      for (int cpu = 0; cpu < graph.cpus(); cpu++) {
        notes(cpu, 0);
      }
      for (int id : witness.rows()) {
        if (graph.event(id).lockRole() != LockRole.LOCK_WRITE) {
          places[id] = events.size();
          events.add(item(id));
        }
        notes(graph.event(id).cpu(), graph.event(id).index() + 1);
      }
      for (int id : witness.rows()) {
        if (graph.event(id).lockRole() == LockRole.LOCK_WRITE) {
          places[id] = places[graph.poBefore(id)];
        }
      }
      programOrder();
      readsFrom();
      coherence();
      return new WitnessGraph(
          witness.columns(),
          witness.broken(),
          ImmutableList.copyOf(events),
          ImmutableList.copyOf(edges),
          witness.reordered().stream()
              .map(pair -> edge(pair.first(), "po", pair.second()))
              .collect(ImmutableList.toImmutableList()),
          witness.cycle().stream()
              .map(edge -> edge(edge.from(), edge.relation(), edge.to()))
              .collect(ImmutableList.toImmutableList()));
    }

    private void notes(int cpu, int position) {
      for (Note note : witness.notes().get(cpu)) {
        if (note.position() == position) {
          events.add(
              new Item(
                  cpu,
                  note.name().equals(Note.BUG) ? "bug" : "note",
                  "",
                  "",
                  "",
                  "",
                  "",
                  note.name(),
                  false));
        }
      }
    }

    private Item item(int id) {
      Event event = graph.event(id);
      return new Item(
          event.cpu(),
          kind(event),
          event.step().label(),
          event.step().function(),
          event.step().what(),
          event.step().partner(),
          event.isFence() ? "" : event.word().name(),
          words.action(id),
          witness.early().contains(id));
    }

    private static String kind(Event event) {
      if (event.isFence()) {
        return "fence";
      }
      return switch (event.lockRole()) {
        case LOCK_READ, LOCK_WRITE -> "lock";
        case UNLOCK -> "unlock";
        case TRY_READ, QUERY, NONE -> event.isRead() ? "load" : "store";
      };
    }

    private Edge edge(int from, String relation, int to) {
      return new Edge(places[from], relation, places[to]);
    }

    private void add(int from, String relation, int to) {
      if (places[from] >= 0 && places[to] >= 0 && places[from] != places[to]) {
        edges.add(edge(from, relation, to));
      }
    }

    private void programOrder() {
      for (int cpu = 0; cpu < graph.cpus(); cpu++) {
        for (int i = 1; i < graph.length(cpu); i++) {
          add(graph.at(cpu, i - 1), "po", graph.at(cpu, i));
        }
      }
    }

    private void readsFrom() {
      for (int id = graph.words(); id < graph.size(); id++) {
        if (graph.event(id).isRead()) {
          add(graph.rf(id), "rf", id);
          overwritten(id);
        }
      }
    }

    /** The write half of the same operation overwrites nothing that anybody could see. */
    private void overwritten(int read) {
      int word = graph.event(read).word().number();
      int next = graph.place(graph.rf(read)) + 1;
      if (next < graph.writes(word)) {
        int write = graph.write(word, next);
        Event by = graph.event(write);
        boolean own =
            by.cpu() == graph.event(read).cpu()
                && by.index() == graph.event(read).index() + 1
                && by.update() != null;
        if (!own) {
          add(read, "fr", write);
        }
      }
    }

    private void coherence() {
      for (int word = 0; word < graph.words(); word++) {
        for (int place = 2; place < graph.writes(word); place++) {
          add(graph.write(word, place - 1), "co", graph.write(word, place));
        }
      }
    }
  }
}
