package org.cowcheck.report;

import com.google.common.base.Strings;
import com.google.common.collect.ImmutableSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
        Communication.add(graph, id, shown);
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

  private String print() {
    CpuColumns text = new CpuColumns(graph.cpus(), width, "  ", "", this::wrap);
    text.addHead(witness.columns());
    Map<Integer, Step> last = new HashMap<>();
    for (int id : witness.rows()) {
      Event event = graph.event(id);
      boolean isEarly = witness.early().contains(id);
      if (shown.contains(id) && (isEarly || !event.step().equals(last.get(event.cpu())))) {
        text.add(event.cpu(), describe(event) + (isEarly ? EARLY : ""));
        last.put(event.cpu(), event.step());
      }
      for (Note note : witness.notes().get(event.cpu())) {
        if (note.position() == event.index() + 1 && isNews(note)) {
          text.add(event.cpu(), " ".repeat(label) + "[" + note.name() + "]");
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

  private List<String> wrap(String cell) {
    int hanging = cell.startsWith("CPU") ? 0 : Math.min(label, cell.length());
    return CpuColumns.wrap(cell, hanging, width - label - 2);
  }
}
