package org.cowcheck.nightly;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonObject;
import java.util.Optional;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.Journal;
import org.cowcheck.linear.Interleaving;
import org.cowcheck.linear.LincheckEngine;
import org.cowcheck.linear.LincheckProgress;
import org.cowcheck.linear.LincheckResult;
import org.cowcheck.linear.MadeUp;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;

/** One question to Lincheck, on the generic platform: the others flush by IPI, or differ little. */
public sealed interface LincheckCell {
  /** The name of the engine in a journal. */
  String ENGINE = "lincheck";

  /** The verdict if nothing went wrong in what was run. */
  String PASSED = "passed";

  /** The verdict if the scenario does something that has no counterpart outside a kernel. */
  String CANNOT_RUN = "cannot run";

  /** The field of a witness that has Lincheck's report. */
  String TRACE = "trace";

  /** A scenario of the catalogue, in so many interleavings at most. */
  record OfCatalogue(Scenario scenario, Patch patch, int invocations) implements LincheckCell {
    @Override
    public String name() {
      return scenario + " " + patch;
    }

    @Override
    public ImmutableList<String> arguments() {
      return ImmutableList.of(
          scenario.name(), "--patch", patch.name(), "--invocations", Integer.toString(invocations));
    }

    @Override
    public LincheckResult run(LincheckProgress progress) {
      return LincheckEngine.check(scenario, kernel(), invocations, progress);
    }

    /** The same question to the explorer. */
    @Override
    public Optional<Cell> byExplorer() {
      return Optional.of(new Cell(scenario, patch, Platform.GENERIC, "sc", Accesses.MARKED));
    }
  }

  /** Scenarios that Lincheck makes up. */
  record OfMadeUp(MadeUp what, Patch patch, MadeUp.Size size) implements LincheckCell {
    @Override
    public String name() {
      return what.title() + " " + patch;
    }

    @Override
    public ImmutableList<String> arguments() {
      return ImmutableList.of(
          what.title(),
          "--patch",
          patch.name(),
          "--first",
          Integer.toString(size.first()),
          "--scenarios",
          Integer.toString(size.scenarios()),
          "--operations",
          Integer.toString(size.operations()),
          "--invocations",
          Integer.toString(size.invocations()));
    }

    @Override
    public LincheckResult run(LincheckProgress progress) {
      return what.check(kernel(), size, progress);
    }

    @Override
    public Optional<Cell> byExplorer() {
      return Optional.empty();
    }
  }

  /** What names it among Lincheck's cells, however far it is run. */
  String name();

  Patch patch();

  /** What follows {@code cowcheck lincheck} on the command line that does it alone. */
  ImmutableList<String> arguments();

  /** Asks Lincheck, in this process. */
  LincheckResult run(LincheckProgress progress);

  /** The same question to the explorer, if it has it. */
  Optional<Cell> byExplorer();

  /** The kernel that it runs in. */
  default Kernel kernel() {
    return new Kernel(patch(), Platform.GENERIC, Accesses.MARKED);
  }

  /** The command line that does it alone. */
  default String reproduce() {
    return "cowcheck lincheck " + String.join(" ", arguments());
  }

  /**
   * Asks Lincheck, and says it as a journal does. What the explorer has on record as Sometimes
   * under SC is no surprise, and clean.
   */
  default Entry.CellDone answer(int run, Expectations expectations, LincheckProgress progress) {
    long start = System.nanoTime();
    LincheckResult result = run(progress);
    double seconds = (System.nanoTime() - start) / 1e9;
    if (result instanceof LincheckResult.Failed failed) {
      boolean known = byExplorer().flatMap(expectations::summary).equals(Optional.of("Sometimes"));
      JsonObject witness = new JsonObject();
      witness.addProperty(TRACE, Interleaving.columns(failed.trace()));
      return done(run, "Sometimes", known, 0, seconds, failed.broken(), "", witness);
    }
    if (result instanceof LincheckResult.Passed passed) {
      return done(
          run,
          PASSED,
          true,
          passed.invocations(),
          seconds,
          "",
          passed.exhausted() ? "Lincheck has no other interleaving" : "",
          null);
    }
    return done(
        run, CANNOT_RUN, true, 0, seconds, "", ((LincheckResult.CannotRun) result).reason(), null);
  }

  private Entry.CellDone done(
      int run,
      String verdict,
      boolean clean,
      long runs,
      double seconds,
      String broken,
      String message,
      JsonObject witness) {
    return new Entry.CellDone(
        run,
        ENGINE,
        name(),
        verdict,
        clean,
        runs,
        seconds,
        ImmutableList.of(),
        verdict.equals(CANNOT_RUN)
            ? ImmutableList.of()
            : ImmutableList.of(
                broken.isEmpty()
                    ? new Entry.Count("every invariant holds", runs)
                    : new Entry.Count(broken, 1)),
        broken,
        "",
        message,
        reproduce(),
        Journal.now(),
        witness);
  }
}
