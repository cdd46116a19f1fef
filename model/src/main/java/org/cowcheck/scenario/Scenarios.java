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
          WrongCowOfPinnedPage.SCENARIO,
          GupFastVersusFreeAndReuse.SCENARIO,
          GupFastVersusHugeFork.SEEN,
          GupFastVersusHugeFork.READ_ONLY,
          GupFastVersusHugeFork.FIRST_PIN,
          GupFastVersusHugeFork.PTE_MAPPED,
          WrongCowOfPinnedHugePage.SCENARIO,
          GupFastVersusHugeMigration.MIGRATION,
          GupFastVersusHugeMigration.MIGRATION_READ_ONLY,
          GupFastVersusHugeMigration.SPLIT,
          GupFastVersusHugeMigration.SPLIT_READ_ONLY,
          GupFastVersusSplitHugePage.SCENARIO,
          SplitOfMigrationEntry.SCENARIO,
          SplitOfSharedHugePage.SCENARIO,
          UnpinOfHead.SHARED_HEAD,
          UnpinOfHead.ZAPPED_HEAD,
          ReuseOfPteMappedHugePage.SCENARIO,
          HugeRow.PMD_MAPPED,
          HugeRow.PTE_MAPPED);

  private Scenarios() {}

  /** All scenarios, in the order of reports. */
  public static ImmutableList<Scenario> all() {
    return ALL;
  }
}
