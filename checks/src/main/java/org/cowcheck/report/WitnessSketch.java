package org.cowcheck.report;

import com.google.common.base.Splitter;
import com.google.common.base.Strings;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;
import org.cowcheck.verdict.Witness;

/**
 * A witness in short, in {@link Lines#WIDTH} columns: barriers, and the accesses to words by which
 * CPUs see of each other. Two dots stand for the bits of a word that are set until it is cleared.
 */
final class WitnessSketch {
  private static final String ALWAYS = "..";
  private static final String NO_BIT = "0";
  private static final String EARLY = "  [early]";

  private final Witness witness;
  private final Graph graph;
  private final int width;
  private final Set<Word> shared;
  private final Map<Word, ImmutableSet<String>> always = new HashMap<>();

  private WitnessSketch(Witness witness, int indent) {
    this.witness = witness;
    this.graph = witness.graph();
    this.width = (Lines.WIDTH - indent) / graph.cpus() - 2;
    this.shared = shared();
  }

  /** The sketch, indented. */
  static String print(Witness witness, int indent) {
    WitnessSketch sketch = new WitnessSketch(witness, indent);
    return Lines.indented(
        sketch.reordered()
            + Lines.paragraph("Broken: " + witness.broken(), 0, 2)
            + "\n"
            + sketch.columns()
            + sketch.cycle(),
        indent);
  }

  private String reordered() {
    if (witness.reordered().isEmpty()) {
      return witness.cycle().isEmpty()
          ? "Reordered: nothing; this is an interleaving\n"
          : "Reordered: no pair on one CPU; writes reach the CPUs in different orders\n";
    }
    return witness.reordered().stream()
        .map(
            pair ->
                "Reordered: CPU%d takes %s before %s%n"
                    .formatted(
                        graph.event(pair.first()).cpu(), name(pair.second()), name(pair.first())))
        .collect(Collectors.joining());
  }

  private String cycle() {
    if (witness.cycle().isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder("\nWhy no interleaving does this:\n");
    for (Witness.Edge edge : witness.cycle()) {
      text.append("  %s -%s-> %s%n".formatted(name(edge.from()), edge.relation(), name(edge.to())));
    }
    return text.toString();
  }

  private String name(int id) {
    Event event = graph.event(id);
    return "(%s) %s %s"
        .formatted(event.step().label(), event.isRead() ? "load" : "store", event.word());
  }

  /** The words that one CPU writes and another one accesses. */
  private Set<Word> shared() {
    Map<Word, Set<Integer>> by = new HashMap<>();
    Set<Word> written = new HashSet<>();
    for (int id : witness.rows()) {
      Event event = graph.event(id);
      if (!event.isFence()) {
        by.computeIfAbsent(event.word(), word -> new HashSet<>()).add(event.cpu());
        if (!event.isRead()) {
          written.add(event.word());
        }
      }
    }
    return by.keySet().stream()
        .filter(word -> written.contains(word) && by.get(word).size() > 1)
        .collect(Collectors.toSet());
  }

  private boolean isShown(Event event) {
    return event.isFence()
        ? !event.fence().isSectional() || event.fence().isGracePeriod()
        : shared.contains(event.word()) && event.lockRole() != LockRole.LOCK_WRITE;
  }

  private String columns() {
    StringBuilder text = new StringBuilder();
    List<String> heads = new ArrayList<>();
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      heads.add("CPU" + cpu + ": " + witness.columns().get(cpu));
    }
    text.append(row(heads));
    String[] function = new String[graph.cpus()];
    String[] said = new String[graph.cpus()];
    ImmutableList<Integer> rows = witness.rows();
    for (int i = 0; i < rows.size(); i++) {
      int id = rows.get(i);
      Event event = graph.event(id);
      boolean isWhole = i + 1 < rows.size() && isUpdate(event, graph.event(rows.get(i + 1)));
      if (isShown(event)) {
        String of = event.step().kernelFunction();
        if (!of.equals(function[event.cpu()]) && !of.isEmpty()) {
          text.append(row(event.cpu(), of + ":"));
          function[event.cpu()] = of;
        }
        String words = described(event, id, isWhole);
        if (!words.equals(said[event.cpu()])) {
          text.append(row(event.cpu(), words));
        }
        said[event.cpu()] = words;
      }
      notes(text, event);
      if (isWhole) {
        i++;
        notes(text, graph.event(rows.get(i)));
      }
    }
    return text.toString();
  }

  private String described(Event event, int id, boolean isWhole) {
    String words =
        Strings.padEnd("(" + event.step().label() + ")", 5, ' ') + " " + action(event, id, isWhole);
    return witness.early().contains(id) ? cut(words, width - EARLY.length()) + EARLY : words;
  }

  private void notes(StringBuilder text, Event event) {
    for (Note note : witness.notes().get(event.cpu())) {
      if (note.position() == event.index() + 1) {
        text.append(row(event.cpu(), "*** " + note.name()));
      }
    }
  }

  /** Whether a read and the event after it are a read-modify-write, atomic or not. */
  private static boolean isUpdate(Event read, Event write) {
    return read.isRead()
        && read.lockRole() == LockRole.NONE
        && !write.isFence()
        && !write.isRead()
        && write.word().equals(read.word())
        && write.step().equals(read.step())
        && write.cpu() == read.cpu()
        && write.index() == read.index() + 1;
  }

  private String action(Event event, int id, boolean isWhole) {
    if (event.isFence()) {
      return event.fence().kernelName();
    }
    return switch (event.lockRole()) {
      case LOCK_READ, LOCK_WRITE -> "lock " + event.word();
      case UNLOCK -> "unlock " + event.word();
      case TRY_READ, QUERY, NONE ->
          isWhole
              ? (event.update() == null ? "load, store " : "")
                  + event.word()
                  + ": "
                  + change(event, id)
              : "%s %s = %s"
                  .formatted(event.isRead() ? "load" : "store", event.word(), show(event, id));
    };
  }

  /** What a read-modify-write does: the bits that it sets and clears, if its word is of bits. */
  private String change(Event event, int id) {
    int write = graph.at(event.cpu(), event.index() + 1);
    if (always(event).isEmpty()) {
      return show(event, id) + " -> " + show(event, write);
    }
    ImmutableSet<String> before = bits(event.word().show(graph.value(id)));
    ImmutableSet<String> after = bits(event.word().show(graph.value(write)));
    String change =
        Stream.concat(
                Sets.difference(before, after).stream().map(bit -> "-" + bit),
                Sets.difference(after, before).stream().map(bit -> "+" + bit))
            .collect(Collectors.joining(" "));
    return change.isEmpty() ? "as it was" : change;
  }

  private String show(Event event, int id) {
    String value = event.word().show(graph.value(id));
    ImmutableSet<String> constant = always(event);
    if (constant.isEmpty() || value.equals(NO_BIT)) {
      return value;
    }
    List<String> left =
        bits(value).stream().filter(bit -> !constant.contains(bit)).collect(Collectors.toList());
    left.add(ALWAYS);
    return String.join("|", left);
  }

  private ImmutableSet<String> always(Event event) {
    return always.computeIfAbsent(event.word(), this::always);
  }

  private static ImmutableSet<String> bits(String value) {
    return value.equals(NO_BIT)
        ? ImmutableSet.of()
        : ImmutableSet.copyOf(Splitter.on('|').split(value));
  }

  /** The bits that are set in each value of a word that changes, if its values are bits. */
  private ImmutableSet<String> always(Word word) {
    ImmutableSet<String> common = null;
    for (int place = 0; place < graph.writes(word.number()); place++) {
      ImmutableSet<String> bits = bits(word.show(graph.value(graph.write(word.number(), place))));
      if (!bits.isEmpty()) {
        common = common == null ? bits : Sets.intersection(common, bits).immutableCopy();
      }
    }
    boolean isOfBits = common != null && common.size() > 1;
    return isOfBits ? common : ImmutableSet.of();
  }

  private String row(int cpu, String words) {
    List<String> row = new ArrayList<>();
    for (int i = 0; i < graph.cpus(); i++) {
      row.add(i == cpu ? words : "");
    }
    return row(row);
  }

  private String row(List<String> fields) {
    StringBuilder line = new StringBuilder();
    for (String field : fields) {
      line.append(Strings.padEnd(cut(field, width), width + 2, ' '));
    }
    return line.toString().stripTrailing() + "\n";
  }

  private static String cut(String words, int room) {
    return words.length() <= room ? words : words.substring(0, room - 3) + "...";
  }
}
