package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.cowcheck.hardware.StressSuite;
import org.cowcheck.hardware.StressTest;
import org.cowcheck.hardware.SuiteException;
import org.cowcheck.nightly.ExplorerTask;
import org.cowcheck.nightly.Plan;
import org.cowcheck.nightly.StressTask;

/** The engines of a night: those that were asked for, or all that are available. */
final class NightEngines {
  private static final int PROCESSORS_OF_A_RACE = 2;

  private final List<String> asked;
  private final boolean explorerAlone;

  /**
   * The engines.
   *
   * @param explorerAlone whether the explorer alone is meant if none is asked for
   */
  NightEngines(List<String> asked, boolean explorerAlone) {
    for (String name : asked) {
      if (!Plan.ENGINES.contains(name)) {
        throw new BadInputException(
            "unknown engine '%s'; --engines knows %s"
                .formatted(name, String.join(", ", Plan.ENGINES)));
      }
    }
    this.asked = ImmutableList.copyOf(asked);
    this.explorerAlone = explorerAlone;
  }

  boolean has(String engine) {
    if (!asked.isEmpty()) {
      return asked.contains(engine);
    }
    return !explorerAlone || engine.equals(ExplorerTask.ENGINE);
  }

  /** The jcstress suite; none, which is said, if it is not available and was not asked for. */
  Optional<StressSuite> suite(Path jar) {
    if (Runtime.getRuntime().availableProcessors() < PROCESSORS_OF_A_RACE) {
      return without("a race needs two processors, this machine has one");
    }
    try {
      return Optional.of(StressSuite.in(jar == null ? Launch.suite() : jar));
    } catch (SuiteException e) {
      return without(e.getMessage());
    }
  }

  /** The tests of the suite; none, which is said, as for {@link #suite}. */
  ImmutableList<StressTest> tests(StressSuite suite, Path directory)
      throws IOException, InterruptedException {
    try {
      return suite.tests(directory);
    } catch (SuiteException e) {
      without(e.getMessage());
      return ImmutableList.of();
    }
  }

  private Optional<StressSuite> without(String why) {
    if (asked.contains(StressTask.ENGINE)) {
      throw new BadInputException(why);
    }
    System.err.println("cowcheck: goes on without jcstress: " + why);
    return Optional.empty();
  }
}
