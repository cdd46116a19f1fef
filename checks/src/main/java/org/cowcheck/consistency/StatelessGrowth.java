package org.cowcheck.consistency;

import org.cowcheck.execution.Graph;

/** A growth that keeps nothing, and asks its model each time. */
final class StatelessGrowth implements Growth {
  private final MemoryModel model;

  StatelessGrowth(MemoryModel model) {
    this.model = model;
  }

  @Override
  public void add(Graph graph, int id) {
    // Nothing is kept.
  }

  @Override
  public Growth with(Graph graph, int id) {
    return of(graph);
  }

  @Override
  public Growth of(Graph graph) {
    return model.mayGrow(graph) ? this : null;
  }

  @Override
  public Growth copy() {
    return this;
  }
}
