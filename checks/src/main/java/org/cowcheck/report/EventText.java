package org.cowcheck.report;

import com.google.common.base.Strings;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.verdict.Witness;

/** The events of a witness in words. */
final class EventText {
  private final Witness witness;
  private final Graph graph;

  EventText(Witness witness) {
    this.witness = witness;
    this.graph = witness.graph();
  }

  /** An event in a sentence: {@code CPU1 (T4) load page.flags}. */
  String name(int id) {
    Event event = graph.event(id);
    return String.format(
        "CPU%d%s %s %s",
        event.cpu(),
        event.step().label().isEmpty() ? "" : " (" + event.step().label() + ")",
        event.isRead() ? "load" : "store",
        event.word());
  }

  /** An event in its column: its step, what it does, and its value. */
  String describe(int id) {
    Event event = graph.event(id);
    return Strings.padEnd("(" + event.step().label() + ")", 5, ' ')
        + " "
        + action(id)
        + (witness.early().contains(id) ? "   [early]" : "");
  }

  /** What an event does, and its value. */
  String action(int id) {
    Event event = graph.event(id);
    if (event.isFence()) {
      return event.fence().kernelName();
    }
    return switch (event.lockRole()) {
      case LOCK_READ, LOCK_WRITE -> "lock " + event.word();
      case UNLOCK -> "unlock " + event.word();
      case TRY_READ, QUERY, NONE -> access(event, id);
    };
  }

  private String access(Event event, int id) {
    boolean atomic = event.lockRole() == LockRole.TRY_READ || event.update() != null;
    return String.format(
        "%s%s %s = %s",
        atomic ? "atomic " : "",
        event.isRead() ? "load" : "store",
        event.word(),
        event.word().show(graph.value(id)));
  }
}
