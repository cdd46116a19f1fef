package org.cowcheck.hardware;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.OptionalInt;

/**
 * How long and in what ways tests are run; what is not given is as the mode has it.
 *
 * @param mode sanity, quick, default or tough
 * @param milliseconds of one iteration
 * @param iterations of one fork
 * @param forks of each configuration
 */
public record StressOptions(
    String mode, OptionalInt milliseconds, OptionalInt iterations, OptionalInt forks) {
  /** The modes of jcstress that are passed through. */
  public static final ImmutableList<String> MODES =
      ImmutableList.of("sanity", "quick", "default", "tough");

  /** A run of some seconds for each test. */
  public static StressOptions quick(int milliseconds, int iterations) {
    return new StressOptions(
        "quick", OptionalInt.of(milliseconds), OptionalInt.of(iterations), OptionalInt.of(1));
  }

  /**
   * The options of jcstress. Split compilation, which compiles each actor apart, and spin styles
   * would take most of the time; the quick modes leave out the compilers but C2 as well.
   */
  ImmutableList<String> arguments() {
    ImmutableList.Builder<String> arguments = ImmutableList.builder();
    arguments.add("-m", mode, "-sc", "false");
    if (isShort()) {
      arguments.add("-pth", "false", "-jvmArgs", "-XX:-TieredCompilation");
    }
    milliseconds.ifPresent(value -> arguments.add("-time", Integer.toString(value)));
    iterations.ifPresent(value -> arguments.add("-iters", Integer.toString(value)));
    forks.ifPresent(value -> arguments.add("-f", Integer.toString(value)));
    return arguments.build();
  }

  /** The options of the command line that mean the same. */
  public String text() {
    StringBuilder text = new StringBuilder("-m ").append(mode);
    milliseconds.ifPresent(value -> text.append(" --time ").append(value));
    iterations.ifPresent(value -> text.append(" --iters ").append(value));
    forks.ifPresent(value -> text.append(" --forks ").append(value));
    return text.toString();
  }

  private boolean isShort() {
    return List.of("sanity", "quick").contains(mode);
  }
}
