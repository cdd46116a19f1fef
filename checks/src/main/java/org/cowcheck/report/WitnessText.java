package org.cowcheck.report;

import com.google.common.base.Strings;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.memory.Note;
import org.cowcheck.verdict.Witness;

/**
 * A witness as mm developers draw it: one column per CPU, one row per step, the value read or
 * written; the reordered pair first, the cycle that proves it last. The two halves of a lock are
 * one row.
 */
public final class WitnessText {
  private final Witness witness;
  private final Graph graph;
  private final EventText events;

  private WitnessText(Witness witness) {
    this.witness = witness;
    this.graph = witness.graph();
    this.events = new EventText(witness);
  }

  /** The witness, indented by two spaces. */
  public static String print(Witness witness) {
    WitnessText text = new WitnessText(witness);
    return (text.reordered()
            + "Broken: "
            + witness.broken()
            + "\n\n"
            + text.columns()
            + text.cycle())
        .lines()
        .map(line -> line.isEmpty() ? "" : "  " + line)
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private String reordered() {
    if (!witness.reordered().isEmpty()) {
      return witness.reordered().stream()
          .map(
              pair ->
                  String.format(
                      "Reordered: %s and then %s: the second takes effect first%n",
                      events.name(pair.first()), events.name(pair.second())))
          .collect(Collectors.joining());
    }
    return witness.cycle().isEmpty()
        ? "Reordered: nothing; this is an interleaving\n"
        : "Reordered: no pair on one CPU; writes reach the CPUs in different orders\n";
  }

  private String columns() {
    List<List<String>> cells = new ArrayList<>();
    List<String> head = new ArrayList<>();
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      head.add("CPU" + cpu + ": " + witness.columns().get(cpu));
    }
    cells.add(head);
    String[] function = new String[graph.cpus()];
    for (int id : witness.rows()) {
      Event event = graph.event(id);
      if (event.lockRole() == LockRole.LOCK_WRITE) {
        continue;
      }
      String of = event.step().kernelFunction();
      if (!of.equals(function[event.cpu()]) && !of.isEmpty()) {
        cells.add(row(event.cpu(), of + ":"));
      }
      function[event.cpu()] = of;
      cells.add(row(event.cpu(), events.describe(id)));
      for (Note note : witness.notes().get(event.cpu())) {
        if (note.position() == event.index() + 1) {
          cells.add(row(event.cpu(), "*** " + note.name()));
        }
      }
    }
    return align(cells) + "\n";
  }

  private List<String> row(int cpu, String text) {
    List<String> row = new ArrayList<>();
    for (int i = 0; i < graph.cpus(); i++) {
      row.add(i == cpu ? text : "");
    }
    return row;
  }

  private static String align(List<List<String>> cells) {
    StringBuilder text = new StringBuilder();
    int columns = cells.get(0).size();
    for (List<String> row : cells) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        int column = i;
        int width = cells.stream().mapToInt(other -> other.get(column).length()).max().orElse(0);
        line.append(Strings.padEnd(row.get(i), width + 3, ' '));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private String cycle() {
    if (witness.cycle().isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder("Why no interleaving does this:\n");
    for (Witness.Edge edge : witness.cycle()) {
      text.append(
          String.format(
              "  %s -%s-> %s%n",
              events.name(edge.from()), edge.relation(), events.name(edge.to())));
    }
    return text.toString();
  }
}
