package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;

/** The catalogue of scenarios. */
public final class Scenarios {
  private static final ImmutableList<Scenario> ONE_BY_ONE =
      ImmutableList.of(
          PageSlabAtFree.SCENARIO,
          FolioTestSlabAtFree.SCENARIO,
          KPageFlagsAtFree.SCENARIO,
          KPageFlagsWithReference.SCENARIO,
          PageSlabAtFault.SCENARIO,
          PageSlabOfSlab.SCENARIO,
          PageSlabAfterSlabFree.SCENARIO,
          PageSlabOfTailAtFree.SCENARIO,
          PageSlabAcrossOwners.SCENARIO,
          KPageCountOfMappedPage.SCENARIO,
          RawSlabBit.SCENARIO,
          MemoryFailureAtFree.SCENARIO,
          LostHwpoison.AT_FREE,
          LostHwpoison.OF_SLAB,
          IsolateMovableVersusSlab.SCENARIO,
          GupFastVersusFork.SEEN,
          GupFastVersusFork.READ_ONLY,
          GupFastVersusFork.FIRST_PIN,
          GupFastVersusFork.THEN_WRITE,
          GupFastVersusKsm.SAME_PTE,
          GupFastVersusKsm.CHANGED_PTE,
          GupFastVersusSwapOut.FORK,
          GupFastVersusSwapOut.FORK_READ_ONLY,
          GupFastVersusSwapOut.SWAP_IN,
          GupFastVersusShrinkPageList.SCENARIO,
          MadviseFreeVersusDirectIo.SCENARIO,
          SwapInSkipsSwapCache.SCENARIO,
          UffdMoveVersusSwapCache.MISSED,
          UffdMoveVersusSwapCache.OTHER,
          GupFastVersusUffdMove.SCENARIO,
          GupFastVersusKsmMerge.SCENARIO,
          SwapEntryRows.PRESENT,
          SwapEntryRows.SWAP,
          SwapEntryRows.SWAPOFF,
          SwapEntryRows.NONE,
          SwapInUnderWriteback.STABLE,
          SwapInUnderWriteback.RECLAIM,
          WrongCowOfPinnedPage.SCENARIO,
          GupFastVersusFreeAndReuse.SCENARIO,
          DirtyCow.SCENARIO,
          DirtyCow.CONTINUE,
          VmspliceLeak.SCENARIO,
          DirectIoAcrossFork.SCENARIO,
          ForkOfPinnedPage.SCENARIO,
          ForkSnapshot.SCENARIO,
          GupFastVersusCollapse.SCENARIO,
          GupFastVersusTableFree.RETRACT,
          GupFastVersusTableFree.DEPOSIT);

  private static final ImmutableList<Scenario> ALL =
      ImmutableList.<Scenario>builder().addAll(ONE_BY_ONE).addAll(CowCells.all()).build();

  private Scenarios() {}

  /** All scenarios, in the order of reports. */
  public static ImmutableList<Scenario> all() {
    return ALL;
  }
}
