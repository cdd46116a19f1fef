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
 * <p>The platform is generic, whatever this is run on: it is the weakest, and {@link
 * org.cowcheck.memory.HardwareCpu} runs platforms without IPI only, since a TLB flush of x86 waits
 * for CPUs with IRQs off, and user space cannot switch them off. What the platform leaves open, the
 * machine still decides: x86 orders more.
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
    return new Kernel(patch, Platform.GENERIC, accesses);
  }
}
