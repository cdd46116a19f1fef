package org.cowcheck.consistency;

import org.cowcheck.execution.Relation;

/** Sequential consistency (Lamport 1979): {@code acyclic po | rf | co | fr}. */
final class SequentialConsistency extends GlobalOrder {
  @Override
  public String name() {
    return "sc";
  }

  @Override
  boolean buffersStores() {
    return false;
  }

  @Override
  Relation preserved(Basics basics) {
    return basics.po;
  }

  @Override
  Relation globalRf(Basics basics) {
    return basics.rf;
  }
}
