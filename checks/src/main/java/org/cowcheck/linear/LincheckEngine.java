package org.cowcheck.linear;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.cowcheck.invariant.End;
import org.cowcheck.patch.Kernel;
import org.cowcheck.scenario.Scenario;

/** Runs scenarios in Lincheck's model-checking mode: interleavings only, in its own order. */
public final class LincheckEngine {
  private LincheckEngine() {}

  /**
   * Runs a scenario under a kernel, one thread per program.
   *
   * @param invocations how many interleavings to run at most
   */
  public static LincheckResult check(
      Scenario scenario, Kernel kernel, int invocations, LincheckProgress progress) {
    AtomicLong done = new AtomicLong();
    return check(
        scenario,
        kernel,
        invocations,
        end -> progress.at("interleavings", done.incrementAndGet(), invocations));
  }

  /**
   * As {@link #check(Scenario, Kernel, int, LincheckProgress)}, and shows the visitor the end of
   * each run.
   */
  static LincheckResult check(
      Scenario scenario, Kernel kernel, int invocations, Consumer<End> visitor) {
    Session session = new Session(scenario, kernel, visitor);
    String report = ModelChecker.report(session, invocations);
    return session.result(report, invocations);
  }
}
