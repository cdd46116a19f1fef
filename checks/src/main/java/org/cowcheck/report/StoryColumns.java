package org.cowcheck.report;

import com.google.common.base.Strings;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.text.WordUtils;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Step;
import org.cowcheck.verdict.Cause;
import org.cowcheck.verdict.Witness;

/**
 * A witness as stories of the catalogue draw it: of each CPU the steps that the cause is made of,
 * and those by which CPUs see of each other, each in a few words and without values.
 */
final class StoryColumns {
  private static final int WIDTH = 88;
  private static final int LEAST_LABEL = 6;

  /** Of more accesses by which CPUs see of each other only those of the cause are drawn. */
  private static final int MANY = 36;

  private static final String EARLY = " [early]";

  private final Witness witness;
  private final Graph graph;
  private final Set<Integer> shown = new HashSet<>();
  private final int width;
  private final int label;

  private StoryColumns(Witness witness, Cause cause) {
    this.witness = witness;
    this.graph = witness.graph();
    this.width = Math.min(42, WIDTH / graph.cpus());
    this.label =
        witness.rows().stream()
            .mapToInt(id -> graph.event(id).step().label().length() + "() ".length())
            .reduce(LEAST_LABEL, Math::max);
    for (int id : witness.rows()) {
      Event event = graph.event(id);
      if (!event.isFence() && event.lockRole() == LockRole.NONE) {
        addNeighbours(id);
      }
    }
    if (shown.size() > MANY) {
      shown.clear();
    }
    ImmutableSet<String> words = words(cause);
    for (int id : witness.rows()) {
      if (words.contains(words(graph.event(id)))) {
        shown.add(id);
      }
    }
    witness.cycle().forEach(edge -> shown.addAll(List.of(edge.from(), edge.to())));
  }

  /** The columns, indented by two. */
  static String print(Witness witness, Cause cause) {
    return new StoryColumns(witness, cause).print();
  }

  private static ImmutableSet<String> words(Cause cause) {
    ImmutableSet.Builder<String> words = ImmutableSet.builder();
    cause.order().forEach(before -> words.add(before.first(), before.second()));
    cause.reordered().forEach(pair -> words.add(pair.first(), pair.second()));
    words.addAll(cause.effects());
    return words.build();
  }

  /** As causes name accesses. */
  static String words(Event event) {
    return event.isFence()
        ? ""
        : Cause.access(event.step().label(), event.isRead() ? "load" : "store", event.word());
  }

  /** What another CPU stores right before or after. */
  private void addNeighbours(int id) {
    Event event = graph.event(id);
    int write = event.isRead() ? graph.rf(id) : id;
    addIfOther(id, write);
    int place = graph.place(write) + 1;
    if (place < graph.writes(event.word().number())) {
      addIfOther(id, graph.write(event.word().number(), place));
    }
  }

  private void addIfOther(int id, int other) {
    if (!graph.event(other).isInitial() && graph.event(other).cpu() != graph.event(id).cpu()) {
      shown.add(id);
      shown.add(other);
    }
  }

  private String print() {
    StringBuilder text = new StringBuilder();
    List<String> head = new ArrayList<>();
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      head.add("CPU" + cpu + ": " + witness.columns().get(cpu));
    }
    append(text, head);
    Map<Integer, Step> last = new HashMap<>();
    for (int id : witness.rows()) {
      Event event = graph.event(id);
      boolean isEarly = witness.early().contains(id);
      if (shown.contains(id) && (isEarly || !event.step().equals(last.get(event.cpu())))) {
        append(text, row(event.cpu(), describe(event) + (isEarly ? EARLY : "")));
        last.put(event.cpu(), event.step());
      }
      for (Note note : witness.notes().get(event.cpu())) {
        if (note.position() == event.index() + 1 && isNews(note)) {
          append(text, row(event.cpu(), " ".repeat(label) + "[" + note.name() + "]"));
        }
      }
    }
    return text.toString();
  }

  private static boolean isNews(Note note) {
    return !note.name().equals(Note.CALL)
        && !note.name().equals(Note.RETURN)
        && !note.name().endsWith(" at");
  }

  private String describe(Event event) {
    String head = Strings.padEnd("(" + event.step().label() + ")", label, ' ');
    String what =
        event.isFence() && event.step().what().isEmpty()
            ? event.fence().kernelName()
            : event.step().what();
    return head + what;
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
      StringBuilder whole = new StringBuilder("  ");
      for (List<String> cell : cells) {
        whole.append(Strings.padEnd(line < cell.size() ? cell.get(line) : "", width, ' '));
      }
      text.append(whole.toString().stripTrailing()).append('\n');
    }
  }

  private List<String> wrap(String cell) {
    List<String> lines = new ArrayList<>();
    int hanging = cell.startsWith("CPU") ? 0 : Math.min(label, cell.length());
    int room = width - label - 2;
    for (String line : WordUtils.wrap(cell.substring(hanging), room, "\n", true).split("\n", -1)) {
      lines.add((lines.isEmpty() ? cell.substring(0, hanging) : " ".repeat(hanging)) + line);
    }
    return lines;
  }
}
