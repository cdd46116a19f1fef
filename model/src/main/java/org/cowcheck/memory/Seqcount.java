package org.cowcheck.memory;

/**
 * A sequence counter (seqcount_t): odd while its writer is in the write section.
 *
 * @param sequence the counter
 */
public record Seqcount(Word sequence) {
  @Override
  public String toString() {
    return sequence.name();
  }
}
