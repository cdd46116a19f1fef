package org.cowcheck.finding;

import java.util.Optional;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Recording;

/**
 * A client program that was seen to go wrong.
 *
 * @param cell whose scenario is the program's
 * @param broken what the witness broke, as it says
 * @param recording the choices that made it, in case that it is hard to find again
 */
public record Sighting(
    ClientProgram program, Cell cell, String broken, Optional<Recording> recording) {

  /** That of an outcome that is Sometimes. */
  public static Sighting of(ClientProgram program, Outcome outcome) {
    return new Sighting(
        program, outcome.cell(), outcome.witness().orElseThrow().broken(), outcome.recording());
  }
}
