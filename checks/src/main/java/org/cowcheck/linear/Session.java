package org.cowcheck.linear;

import com.google.common.collect.ImmutableList;
import java.util.function.Consumer;
import org.cowcheck.invariant.End;
import org.cowcheck.patch.Kernel;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.setting.Program;

/**
 * One check: builds each invocation afresh, looks at its end, and keeps what was found.
 *
 * <p>What Lincheck runs to draw the trace of a failure comes here too, but after the finding.
 */
public final class Session {
  private static final String HANGS = "a CPU waits for ever";

  private final Scenario scenario;
  private final Kernel kernel;
  private final Consumer<End> visitor;

  /** Lincheck's object holds its invocation by a soft reference only; this keeps it. */
  private Invocation latest;

  private long invocations;
  private volatile String refused = "";
  private volatile RuntimeException thrown;
  private String broken = "";

  Session(Scenario scenario, Kernel kernel, Consumer<End> visitor) {
    this.scenario = scenario;
    this.kernel = kernel;
    this.visitor = visitor;
  }

  ImmutableList<String> programs() {
    return scenario.build(kernel).programs().stream()
        .map(Program::name)
        .collect(ImmutableList.toImmutableList());
  }

  /** A fresh run. */
  Invocation begin() {
    latest = new Invocation(scenario.build(kernel));
    return latest;
  }

  /** Runs one program, and keeps what it throws. */
  long run(Invocation invocation, int cpu) {
    try {
      return invocation.run(cpu);
    } catch (UnsupportedOperationException e) {
      refused = e.getMessage();
      throw e;
    } catch (RuntimeException e) {
      thrown = e;
      throw e;
    }
  }

  /** What is broken at the end of a run, or the empty string. */
  String end(Invocation invocation) {
    if (!refused.isEmpty()) {
      return refused;
    }
    if (thrown != null) {
      return thrown.toString();
    }
    visitor.accept(invocation);
    invocations++;
    String found = invocation.broken();
    if (broken.isEmpty()) {
      broken = found;
    }
    return found;
  }

  /** What was found, given Lincheck's report of a failure, or the empty string. */
  LincheckResult result(String report, long asked) {
    if (!refused.isEmpty()) {
      return new LincheckResult.CannotRun(refused);
    }
    if (thrown != null) {
      throw new IllegalStateException(scenario + " threw under " + kernel.patch(), thrown);
    }
    if (report.isEmpty()) {
      return new LincheckResult.Passed(invocations, invocations < asked);
    }
    return new LincheckResult.Failed(broken.isEmpty() ? HANGS : broken, report);
  }
}
