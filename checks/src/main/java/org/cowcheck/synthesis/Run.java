package org.cowcheck.synthesis;

import com.google.common.collect.ImmutableList;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.explore.StepBegin;

/**
 * What a CPU does in some executions of a scenario: all in which its reads return these values.
 *
 * @param scenario its number
 * @param graph one of the executions
 * @param begins where its steps begin
 */
record Run(int scenario, Graph graph, int cpu, ImmutableList<StepBegin> begins) {

  /** The event that comes before an index and matters to an atomic, or null. */
  Event accessBefore(int index) {
    for (int i = index - 1; i >= 0; i--) {
      if (!event(i).isFence()) {
        return event(i);
      }
    }
    return null;
  }

  /** The access at or after an index, or null. */
  Event accessFrom(int index) {
    for (int i = index; i < graph.length(cpu); i++) {
      if (!event(i).isFence()) {
        return event(i);
      }
    }
    return null;
  }

  private Event event(int index) {
    return graph.event(graph.at(cpu, index));
  }
}
