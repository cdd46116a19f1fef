package org.cowcheck.explore;

import org.cowcheck.patch.Edit;

/**
 * The barriers, the second looks or the locks of one step, left out. A compiler barrier is none: it
 * orders nothing between CPUs.
 */
public record Mutant(Kind kind, String label) implements Comparable<Mutant> {

  /** What is left out. */
  public enum Kind {
    FENCE,
    RECHECK,
    LOCK
  }

  /** The edit of a patch that leaves it out. */
  Edit edit() {
    return switch (kind) {
      case FENCE -> new Edit.DropFence(label);
      case RECHECK -> new Edit.DropRecheck(label);
      case LOCK -> new Edit.DropLock(label);
    };
  }

  @Override
  public int compareTo(Mutant other) {
    int byLabel = label.compareTo(other.label);
    return byLabel != 0 ? byLabel : kind.compareTo(other.kind);
  }

  @Override
  public String toString() {
    return switch (kind) {
      case FENCE -> "barrier of " + label;
      case RECHECK -> "second look of " + label;
      case LOCK -> "lock of " + label;
    };
  }
}
