package org.cowcheck.hunt;

import org.cowcheck.client.ClientProgram;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;

/**
 * A program that breaks something.
 *
 * @param cell the program under a patch, on a platform, under a memory model
 * @param outcome what it breaks, and how
 * @param inherited whether it was not run under this memory model: that of sequential consistency
 *     breaks it, and has no other executions
 */
public record Violation(ClientProgram program, Cell cell, Outcome outcome, boolean inherited) {

  /** What the execution of the witness breaks; of data races alone that there are some. */
  public String broken() {
    return outcome.witness().map(witness -> witness.broken()).orElse("a data race");
  }
}
