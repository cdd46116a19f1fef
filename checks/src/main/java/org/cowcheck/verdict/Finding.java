package org.cowcheck.verdict;

import com.google.common.collect.ImmutableList;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.patch.Platform;

/**
 * A violation of a client program, at its smallest, with what is known of it.
 *
 * @param number in the order of reports, from 1
 * @param name in a few words, with a minus between; no other finding of the run has it
 * @param program the smallest that has the cause
 * @param outcome of the program in the strongest context that has it, with the witness
 * @param standing whether the catalogue has it
 * @param like the scenarios of the catalogue that are like it; those with the same cause come first
 * @param contexts where it exists
 * @param repairs what stops it in its program, where that could be found out: under the memory
 *     model of the outcome, then under the weakest
 * @param seen the programs that it was found in
 */
public record Finding(
    int number,
    String name,
    ClientProgram program,
    Outcome outcome,
    Cause cause,
    Standing standing,
    ImmutableList<Likeness> like,
    ImmutableList<Context> contexts,
    ImmutableList<Synthesis> repairs,
    ImmutableList<Seen> seen) {

  /** Whether the catalogue has it. */
  public enum Standing {
    /** A scenario of the catalogue has the same cause. */
    KNOWN("known"),
    /** A scenario breaks the same by the same reordering or order, or the same stops it. */
    VARIANT("variant"),
    /** Nothing in the catalogue is like it. */
    NEW("new");

    private final String word;

    Standing(String word) {
      this.word = word;
    }

    /** The word in reports. */
    public String word() {
      return word;
    }
  }

  /**
   * A scenario of the catalogue that is like it, under the same patch.
   *
   * @param scenario its name
   * @param origin the commit, CVE or number that it goes by
   * @param why what is the same
   */
  public record Likeness(String scenario, String origin, String why) {}

  /**
   * The program in a context.
   *
   * @param stopped the bound that was reached, or the empty string
   * @param inherited whether it is Sometimes because a stronger model allows it there
   */
  public record Context(
      String model,
      Platform platform,
      Verdict verdict,
      long executions,
      String stopped,
      boolean inherited) {}

  /**
   * Where it was found.
   *
   * @param program the text of the client program
   */
  public record Seen(String program, String model, Platform platform) {}

  /** The number and the name, as directories are called. */
  public String directory() {
    return "%02d-%s".formatted(number, name);
  }

  /** The question that the witness answers. */
  public Cell cell() {
    return outcome.cell();
  }
}
