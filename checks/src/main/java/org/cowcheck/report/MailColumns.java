package org.cowcheck.report;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.memory.Note;
import org.cowcheck.verdict.Witness;

/**
 * A witness in the columns of a mail: what CPUs have to do with each other, and the barriers
 * between; three dots stand for the rest.
 */
final class MailColumns {
  private static final String GAP = "  ";
  private static final String REST = "...";

  /** The width of a step's label and the space after it. */
  private static final int LABEL = 6;

  private final Witness witness;
  private final Graph graph;
  private final EventText events;
  private final int width;
  private final Set<Integer> shown = new HashSet<>();

  /**
   * The columns of a witness.
   *
   * @param width of all columns, in characters
   */
  MailColumns(Witness witness, int width) {
    this.witness = witness;
    this.graph = witness.graph();
    this.events = new EventText(witness);
    this.width = (width - GAP.length() * (graph.cpus() - 1)) / graph.cpus();
    select();
  }

  private void select() {
    for (int id : witness.rows()) {
      Event event = graph.event(id);
      if (!event.isFence()) {
        Communication.add(graph, id, shown);
      }
      if (!notesAfter(event).isEmpty()) {
        shown.add(id);
      }
    }
    witness.cycle().forEach(edge -> shown.addAll(List.of(edge.from(), edge.to())));
    witness.reordered().forEach(pair -> shown.addAll(List.of(pair.first(), pair.second())));
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      selectFences(cpu);
    }
  }

  /** Barriers between the first and the last event that is shown of a CPU. */
  private void selectFences(int cpu) {
    List<Integer> fences = new ArrayList<>();
    boolean begun = false;
    for (int i = 0; i < graph.length(cpu); i++) {
      int id = graph.at(cpu, i);
      if (shown.contains(id)) {
        begun = true;
        shown.addAll(fences);
        fences.clear();
      } else if (begun && graph.event(id).isFence()) {
        fences.add(id);
      }
    }
  }

  private ImmutableList<Note> notesAfter(Event event) {
    return witness.notes().get(event.cpu()).stream()
        .filter(note -> note.position() == event.index() + 1)
        .collect(ImmutableList.toImmutableList());
  }

  /** The lines, none longer than the width. */
  String print() {
    CpuColumns text = new CpuColumns(graph.cpus(), width, "", GAP, this::wrap);
    text.addHead(witness.columns());
    text.addRule();
    String[] function = new String[graph.cpus()];
    boolean[] rest = new boolean[graph.cpus()];
    for (int id : witness.rows()) {
      Event event = graph.event(id);
      int cpu = event.cpu();
      if (event.lockRole() == LockRole.LOCK_WRITE) {
        continue;
      }
      if (!shown.contains(id)) {
        rest[cpu] |= function[cpu] != null;
        continue;
      }
      if (rest[cpu]) {
        text.add(cpu, REST);
        rest[cpu] = false;
      }
      String of = event.step().kernelFunction();
      if (!of.equals(function[cpu]) && !of.isEmpty()) {
        text.add(cpu, of + "():");
      }
      function[cpu] = of;
      text.add(cpu, events.describe(id));
      for (Note note : notesAfter(event)) {
        text.add(cpu, "*** " + note.name());
      }
    }
    return text.toString();
  }

  private List<String> wrap(String cell) {
    int label = cell.startsWith("(") ? LABEL : 0;
    return CpuColumns.wrap(cell, label, width - label);
  }
}
