package org.cowcheck.synthesis;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Step;
import org.cowcheck.patch.Edit;

/**
 * An edit that may be part of a set.
 *
 * @param change what it does to the patch
 * @param step the one that it edits
 * @param twins other edits of the same kind that come to the same in every execution
 */
record Candidate(Kind kind, Change change, Step step, int cost, ImmutableList<Candidate> twins) {

  /** Whether it puts a fence somewhere, and changes neither an access nor a branch. */
  boolean isFence() {
    return place() != null;
  }

  /** Where a fence is put; null if this is no fence that is put somewhere. */
  Place place() {
    if (change instanceof Change.Add add) {
      if (add.edit() instanceof Edit.InsertBefore) {
        return new Place(step.label(), false);
      }
      if (add.edit() instanceof Edit.InsertAfter) {
        return new Place(step.label(), true);
      }
    }
    return null;
  }

  /** Whether it has no effect on a CPU that does not take its step. */
  boolean isAboutItsStepAlone() {
    return kind == Kind.MARK || kind == Kind.ATOMIC;
  }

  Candidate with(ImmutableList<Candidate> others) {
    return new Candidate(kind, change, step, cost, others);
  }
}
