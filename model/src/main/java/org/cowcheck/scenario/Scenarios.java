package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;

/** The catalogue of scenarios. */
public final class Scenarios {
  private static final ImmutableList<Scenario> ALL =
      ImmutableList.of(
          PageSlabAtFree.SCENARIO,
          FolioTestSlabAtFree.SCENARIO,
          KPageFlagsAtFree.SCENARIO,
          KPageFlagsWithReference.SCENARIO,
          PageSlabAtFault.SCENARIO,
          PageSlabOfSlab.SCENARIO,
          PageSlabAfterSlabFree.SCENARIO);

  private Scenarios() {}

  /** All scenarios, in the order of reports. */
  public static ImmutableList<Scenario> all() {
    return ALL;
  }
}
