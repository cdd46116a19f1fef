package org.cowcheck.verdict;

import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;

/**
 * One question: a scenario under a patch, on a platform, under a memory model.
 *
 * @param model the name of the memory model
 */
public record Cell(
    Scenario scenario, Patch patch, Platform platform, String model, Accesses accesses) {

  /** The kernel that the scenario's paths run in. */
  public Kernel kernel() {
    return new Kernel(patch, platform, accesses);
  }

  /** The platform's name on the command line. */
  public static String name(Platform platform) {
    return switch (platform) {
      case X86 -> "x86";
      case ARM64 -> "arm64";
      case GENERIC -> "generic";
    };
  }

  /** The name of the access mode on the command line. */
  public static String name(Accesses accesses) {
    return switch (accesses) {
      case MARKED -> "marked";
      case AS_WRITTEN -> "as-written";
    };
  }

  /** The cell in one line, such as {@code pageslab-at-free seed lkmm x generic marked}. */
  @Override
  public String toString() {
    return String.format(
        "%s %s %s x %s %s", scenario, patch, model, name(platform), name(accesses));
  }
}
