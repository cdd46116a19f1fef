package org.cowcheck.stress;

import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;

/**
 * A scenario in the kernel that it is run in.
 *
 * <p>The platform is x86, as that of the machines this is run on; no path here asks for it.
 *
 * @param scenario the race
 * @param kernel the patched kernel
 */
public record Race(Scenario scenario, Kernel kernel) {

  /** A race by the names of its scenario and patch; accesses plain in source are marked. */
  public static Race marked(String scenario, String patch) {
    return new Race(scenario(scenario), kernel(patch, Accesses.MARKED));
  }

  /** A race by the names of its scenario and patch; accesses plain in source are plain. */
  public static Race asWritten(String scenario, String patch) {
    return new Race(scenario(scenario), kernel(patch, Accesses.AS_WRITTEN));
  }

  /** Fresh memory and CPUs, ready for one run. */
  public Run start() {
    return new Run(scenario.build(kernel));
  }

  private static Scenario scenario(String name) {
    return Scenarios.all().stream()
        .filter(scenario -> scenario.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no scenario is named " + name));
  }

  private static Kernel kernel(String name, Accesses accesses) {
    Patch patch =
        Patches.all().stream()
            .filter(candidate -> candidate.name().equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no patch is named " + name));
    return new Kernel(patch, Platform.X86, accesses);
  }
}
