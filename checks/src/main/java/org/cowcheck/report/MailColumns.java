package org.cowcheck.report;

import com.google.common.base.Strings;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.text.WordUtils;
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

  /** Marks where a line may be broken without a space. */
  private static final String BREAK = "\0";

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
      if (event.isRead()) {
        selectIfOther(event, id, graph.rf(id));
        selectIfOther(event, id, next(graph.rf(id)));
      } else if (event.isWrite()) {
        selectIfOther(event, id, next(id));
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

  private void selectIfOther(Event event, int id, int other) {
    if (other >= 0 && !graph.event(other).isInitial() && graph.event(other).cpu() != event.cpu()) {
      shown.add(id);
      shown.add(other);
    }
  }

  /** The write that follows a write in coherence order, or -1. */
  private int next(int write) {
    int word = graph.event(write).word().number();
    int place = graph.place(write) + 1;
    return place < graph.writes(word) ? graph.write(word, place) : -1;
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
    StringBuilder text = new StringBuilder();
    List<String> head = new ArrayList<>();
    List<String> rule = new ArrayList<>();
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      head.add("CPU" + cpu + ": " + witness.columns().get(cpu));
      rule.add("-".repeat(width));
    }
    append(text, head);
    append(text, rule);
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
        append(text, row(cpu, REST));
        rest[cpu] = false;
      }
      String of = event.step().kernelFunction();
      if (!of.equals(function[cpu]) && !of.isEmpty()) {
        append(text, row(cpu, of + "():"));
      }
      function[cpu] = of;
      append(text, row(cpu, events.describe(id)));
      for (Note note : notesAfter(event)) {
        append(text, row(cpu, "*** " + note.name()));
      }
    }
    return text.toString();
  }

  private List<String> row(int cpu, String text) {
    List<String> row = new ArrayList<>();
    for (int i = 0; i < graph.cpus(); i++) {
      row.add(i == cpu ? text : "");
    }
    return row;
  }

  private void append(StringBuilder text, List<String> row) {
    List<List<String>> cells = row.stream().map(this::wrap).toList();
    int lines = cells.stream().mapToInt(List::size).max().orElse(0);
    for (int line = 0; line < lines; line++) {
      StringBuilder whole = new StringBuilder();
      for (List<String> cell : cells) {
        whole
            .append(Strings.padEnd(line < cell.size() ? cell.get(line) : "", width, ' '))
            .append(GAP);
      }
      text.append(whole.toString().stripTrailing()).append('\n');
    }
  }

  /**
   * Lines of a cell, broken at spaces and after {@code |}: what follows a step's label stays to the
   * right of it.
   */
  private List<String> wrap(String cell) {
    int hanging = cell.startsWith("(") ? LABEL : 0;
    List<String> lines = new ArrayList<>();
    for (String line :
        WordUtils.wrap(
                cell.substring(hanging).replace("|", "|" + BREAK + " "),
                width - hanging,
                "\n",
                true)
            .replace(BREAK + " ", "")
            .replace(BREAK, "")
            .split("\n", -1)) {
      lines.add((lines.isEmpty() ? cell.substring(0, hanging) : " ".repeat(hanging)) + line);
    }
    return lines;
  }
}
