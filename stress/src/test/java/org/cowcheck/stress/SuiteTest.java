package org.cowcheck.stress;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Sets;
import java.io.IOException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The suite on this machine: nothing forbidden, and races that need no reordering are seen. */
final class SuiteTest {
  private static final ImmutableSortedSet<String> TESTS =
      ImmutableSortedSet.of(
          "org.cowcheck.stress.FolioTestSlabAtFree.After",
          "org.cowcheck.stress.FolioTestSlabAtFree.Before",
          "org.cowcheck.stress.FollowHugePageWithWrongLock.After",
          "org.cowcheck.stress.FollowHugePageWithWrongLock.Before",
          "org.cowcheck.stress.FollowHugePageWithWrongLock.Isolated",
          "org.cowcheck.stress.FollowHugePageWithWrongLock.IsolatedWithLock",
          "org.cowcheck.stress.ForkSnapshot.Isolated",
          "org.cowcheck.stress.ForkSnapshot.IsolatedWithLock",
          "org.cowcheck.stress.GupFastVersusCollapse.After",
          "org.cowcheck.stress.GupFastVersusCollapse.Before",
          "org.cowcheck.stress.GupFastVersusCollapse.Isolated",
          "org.cowcheck.stress.GupFastVersusCollapse.IsolatedWithPmd",
          "org.cowcheck.stress.GupFastVersusFork.After",
          "org.cowcheck.stress.GupFastVersusFork.Before",
          "org.cowcheck.stress.GupFastVersusFork.BeforeWithoutBarriers",
          "org.cowcheck.stress.GupFastVersusFork.Isolated",
          "org.cowcheck.stress.GupFastVersusFork.IsolatedWithSequence",
          "org.cowcheck.stress.GupFastVersusForkFirstPin.After",
          "org.cowcheck.stress.GupFastVersusForkFirstPin.Before",
          "org.cowcheck.stress.GupFastVersusForkFirstPin.BeforeWithoutSequence",
          "org.cowcheck.stress.GupFastVersusForkFirstPin.Isolated",
          "org.cowcheck.stress.GupFastVersusForkFirstPin.IsolatedWithMb",
          "org.cowcheck.stress.GupFastVersusForkReadOnly.After",
          "org.cowcheck.stress.GupFastVersusForkReadOnly.Before",
          "org.cowcheck.stress.GupFastVersusForkThenWrite.After",
          "org.cowcheck.stress.GupFastVersusForkThenWrite.Before",
          "org.cowcheck.stress.GupFastVersusHugetlbFork.After",
          "org.cowcheck.stress.GupFastVersusHugetlbFork.Before",
          "org.cowcheck.stress.GupFastVersusHugetlbFork.BeforeWithoutBarriers",
          "org.cowcheck.stress.GupFastVersusHugetlbFork.Isolated",
          "org.cowcheck.stress.GupFastVersusKsm.After",
          "org.cowcheck.stress.GupFastVersusKsm.Before",
          "org.cowcheck.stress.GupFastVersusKsm.BeforeWithoutBarriers",
          "org.cowcheck.stress.GupFastVersusMigration.After",
          "org.cowcheck.stress.GupFastVersusMigration.Before",
          "org.cowcheck.stress.GupFastVersusRetract.Before",
          "org.cowcheck.stress.GupFastVersusRetract.Isolated",
          "org.cowcheck.stress.GupFastVersusSwapOut.After",
          "org.cowcheck.stress.GupFastVersusSwapOut.Before",
          "org.cowcheck.stress.GupFastVersusSwapOut.BeforeWithoutBarriers",
          "org.cowcheck.stress.GupFastVersusSwapOutReadOnly.After",
          "org.cowcheck.stress.GupFastVersusSwapOutReadOnly.Before",
          "org.cowcheck.stress.HugePmdUnshareVersusGupFast.Before",
          "org.cowcheck.stress.HugePmdUnshareVersusGupFast.Isolated",
          "org.cowcheck.stress.IsolateMovableVersusSlab.After",
          "org.cowcheck.stress.IsolateMovableVersusSlab.Before",
          "org.cowcheck.stress.IsolateMovableVersusSlab.Isolated",
          "org.cowcheck.stress.IsolateMovableVersusSlab.IsolatedWithSecondLook",
          "org.cowcheck.stress.KPageFlagsAtFree.After",
          "org.cowcheck.stress.KPageFlagsAtFree.Before",
          "org.cowcheck.stress.KPageFlagsWithReference.After",
          "org.cowcheck.stress.LostHwpoisonAtFree.After",
          "org.cowcheck.stress.LostHwpoisonAtFree.Before",
          "org.cowcheck.stress.LostHwpoisonAtFree.Isolated",
          "org.cowcheck.stress.LostHwpoisonAtFree.IsolatedWithAtomic",
          "org.cowcheck.stress.MadviseFreeVersusDirectIo.After",
          "org.cowcheck.stress.MadviseFreeVersusDirectIo.Before",
          "org.cowcheck.stress.MadviseFreeVersusDirectIo.Isolated",
          "org.cowcheck.stress.MadviseFreeVersusDirectIo.IsolatedWithCount",
          "org.cowcheck.stress.PageSlabAtFault.After",
          "org.cowcheck.stress.PageSlabAtFault.Before",
          "org.cowcheck.stress.PageSlabAtFault.BeforeWithReaderRmb",
          "org.cowcheck.stress.PageSlabAtFault.Isolated",
          "org.cowcheck.stress.PageSlabAtFault.IsolatedWithSecondLook",
          "org.cowcheck.stress.PageSlabAtFree.After",
          "org.cowcheck.stress.PageSlabAtFree.Before",
          "org.cowcheck.stress.PageSlabAtFree.BeforeAsWritten",
          "org.cowcheck.stress.PageSlabAtFree.Isolated",
          "org.cowcheck.stress.PageSlabAtFree.IsolatedAsWritten",
          "org.cowcheck.stress.PageSlabAtFree.IsolatedWithReaderRmb",
          "org.cowcheck.stress.PageSlabOfSlab.After",
          "org.cowcheck.stress.PageSlabOfSlab.AfterAsWritten",
          "org.cowcheck.stress.PageSlabOfSlab.Isolated",
          "org.cowcheck.stress.SwapInSkipsSwapCache.After",
          "org.cowcheck.stress.SwapInSkipsSwapCache.Before",
          "org.cowcheck.stress.SwapInSkipsSwapCache.Isolated",
          "org.cowcheck.stress.SwapInSkipsSwapCache.IsolatedWithCache",
          "org.cowcheck.stress.UffdMoveMissesPage.After",
          "org.cowcheck.stress.UffdMoveMissesPage.Before",
          "org.cowcheck.stress.UffdMoveMissesPage.Isolated",
          "org.cowcheck.stress.UffdMoveMissesPage.IsolatedWithSecondLook",
          "org.cowcheck.stress.VmspliceLeak.After",
          "org.cowcheck.stress.VmspliceLeak.Before",
          "org.cowcheck.stress.VmspliceLeak.Isolated",
          "org.cowcheck.stress.VmspliceLeak.IsolatedWithCount");

  /** Which of them this build runs; the profile stress runs all. */
  private static final Pattern SELECTED = Pattern.compile(System.getProperty("jcstress.tests"));

  private static final String BUG = "a VM_BUG_ON or bad-page check fired";
  private static final String LOST = "a pinned page lost its exclusivity";

  @Test
  void nothingForbiddenIsSeen_andRacesByInterleavingAre() throws IOException, InterruptedException {
    assumeTrue(Runtime.getRuntime().availableProcessors() >= 2, "a race needs two processors");
    Jcstress suite = Jcstress.suite("-t", SELECTED.pattern());
    assertAll(
        () -> assertEquals(ImmutableList.of(), suite.failures()),
        () -> assertEquals(Sets.filter(TESTS, SuiteTest::isSelected), suite.tests()),
        () -> assertEquals(0, suite.exitCode(), () -> "a forbidden result; see " + suite),
        () -> assertSeen(suite, "PageSlabAtFault.Before", "PageSlab() said slab"),
        () -> assertSeen(suite, "PageSlabAtFault.BeforeWithReaderRmb", "PageSlab() said slab"),
        () -> assertSeen(suite, "PageSlabAtFault.Isolated", "0, 1"),
        () -> assertSeen(suite, "GupFastVersusFork.Before", LOST),
        () -> assertSeen(suite, "GupFastVersusFork.BeforeWithoutBarriers", LOST),
        () -> assertSeen(suite, "GupFastVersusForkReadOnly.Before", LOST),
        () -> assertSeen(suite, "GupFastVersusForkThenWrite.Before", BUG),
        () -> assertSeen(suite, "GupFastVersusForkFirstPin.BeforeWithoutSequence", LOST),
        () -> assertSeen(suite, "GupFastVersusSwapOut.Before", LOST),
        () -> assertSeen(suite, "GupFastVersusSwapOutReadOnly.Before", LOST),
        () -> assertSeen(suite, "GupFastVersusKsm.Before", LOST),
        () -> assertSeen(suite, "GupFastVersusMigration.Before", LOST),
        () -> assertSeen(suite, "LostHwpoisonAtFree.Before", "PG_hwpoison was set and is lost"),
        () -> assertSeen(suite, "MadviseFreeVersusDirectIo.Before", "reclaim discards a page"),
        () -> assertSeen(suite, "VmspliceLeak.Before", "shows what another process wrote"),
        () -> assertSeen(suite, "GupFastVersusFork.Isolated", "0, 0"));
  }

  private static boolean isSelected(String test) {
    return SELECTED.matcher(test).find();
  }

  private static void assertSeen(Jcstress suite, String test, String result)
      throws IOException, InterruptedException {
    String name = "org.cowcheck.stress." + test;
    if (!isSelected(name)) {
      return;
    }
    Jcstress run = suite;
    for (int i = 0; i < Jcstress.ATTEMPTS && run.count(name, result) == 0; i++) {
      run = Jcstress.suite("-t", test + "$");
    }
    Jcstress last = run;
    assertTrue(
        last.count(name, result) > 0,
        () -> test + " never had the result " + result + "; see " + last);
  }
}
