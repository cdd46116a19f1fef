package org.cowcheck.linear;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.Iterables;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.cowcheck.memory.Cpu;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;

/** Made-up scenarios under a patch, to be run by Lincheck in a test. */
record MadeUpRun(MadeUpScenarios scenarios) {
  private static final int SCENARIOS = 12;
  private static final int OPERATIONS = 2;
  private static final int INVOCATIONS = 40;

  /** How many scenarios a planted bug may take; Lincheck stops at the first that shows it. */
  private static final int SCENARIOS_TO_BREAK = 60;

  static MadeUpRun of(MadeUp what, String patch, UnaryOperator<Cpu> cpus) {
    return new MadeUpRun(MadeUpScenarios.of(what, kernel(patch), cpus));
  }

  private static Kernel kernel(String name) {
    return new Kernel(
        Iterables.find(Patches.all(), candidate -> candidate.name().equals(name)),
        Platform.GENERIC,
        Accesses.MARKED);
  }

  private LincheckResult check(int scenarios, LincheckProgress progress) {
    return scenarios().check(new MadeUp.Size(0, scenarios, OPERATIONS, INVOCATIONS), progress);
  }

  /** Every scenario is run, and said to be run. */
  void assertLinearizable() {
    List<Long> begun = new ArrayList<>();
    LincheckResult.Passed passed =
        assertInstanceOf(
            LincheckResult.Passed.class, check(SCENARIOS, (what, done, total) -> begun.add(done)));
    assertTrue(passed.invocations() > SCENARIOS);
    assertEquals(LongStream.range(0, SCENARIOS).boxed().toList(), begun);
  }

  /** Some scenario shows a fault, with all of this in its report; each is a regular expression. */
  void assertBreaks(String... shown) {
    LincheckResult.Failed failed =
        assertInstanceOf(
            LincheckResult.Failed.class, check(SCENARIOS_TO_BREAK, LincheckProgress.NONE));
    for (String part : shown) {
      assertTrue(
          Pattern.compile(part).matcher(failed.trace()).find(),
          () -> part + " in " + failed.trace());
    }
  }
}
