package org.cowcheck.linear;

/** What Lincheck found. */
public sealed interface LincheckResult {

  /**
   * No invariant was broken in any interleaving that was run.
   *
   * @param invocations how many were run
   * @param exhausted whether Lincheck had no further interleaving to offer, as opposed to stopping
   *     at the number of invocations asked for
   */
  record Passed(long invocations, boolean exhausted) implements LincheckResult {}

  /**
   * An interleaving breaks an invariant, or hangs.
   *
   * @param broken what the invariant says
   * @param trace Lincheck's report: the interleaving, access by access
   */
  record Failed(String broken, String trace) implements LincheckResult {}

  /**
   * The scenario does something that has no counterpart outside a kernel.
   *
   * @param reason which
   */
  record CannotRun(String reason) implements LincheckResult {}
}
