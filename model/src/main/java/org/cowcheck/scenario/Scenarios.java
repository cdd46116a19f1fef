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
          PageSlabAfterSlabFree.SCENARIO,
          GupFastVersusFork.SEEN,
          GupFastVersusFork.READ_ONLY,
          GupFastVersusFork.FIRST_PIN,
          GupFastVersusFork.THEN_WRITE,
          GupFastVersusKsm.SAME_PTE,
          GupFastVersusKsm.CHANGED_PTE,
          GupFastVersusSwapOut.FORK,
          GupFastVersusSwapOut.FORK_READ_ONLY,
          GupFastVersusSwapOut.SWAP_IN,
          GupFastVersusMigration.ALONE,
          GupFastVersusMigration.SWAPCACHE,
          GupFastVersusMigration.PINNED,
          GupFastVersusMigration.UNPINNED,
          GupFastVersusMigration.FORK,
          GupFastVersusMigration.FORK_READ_ONLY,
          MigrationEntryRows.WRITABLE,
          MigrationEntryRows.READABLE_EXCLUSIVE,
          MigrationEntryRows.MPROTECT,
          MigrationEntryRows.READABLE,
          DevicePrivateRow.ALONE,
          DevicePrivateRow.FORK,
          DevicePrivateRow.EVICTION,
          DevicePrivateRow.FAULT,
          DeviceExclusiveRow.FAULT,
          DeviceExclusiveRow.FORK,
          DeviceExclusiveRow.RACE,
          HwPoisonRow.SCENARIO,
          HwPoisonRow.MIGRATION,
          DevicePageFreed.PAGE_SLAB,
          DevicePageFreed.REUSE,
          WrongCowOfPinnedPage.SCENARIO,
          GupFastVersusFreeAndReuse.SCENARIO);

  private Scenarios() {}

  /** All scenarios, in the order of reports. */
  public static ImmutableList<Scenario> all() {
    return ALL;
  }
}
