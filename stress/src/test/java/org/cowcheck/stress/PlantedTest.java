package org.cowcheck.stress;

import static com.google.common.collect.ImmutableSortedSet.toImmutableSortedSet;
import static java.util.Comparator.naturalOrder;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.ImmutableSortedSet;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.GradingResult;
import org.openjdk.jcstress.infra.grading.TestGrading;
import org.openjdk.jcstress.infra.runners.TestList;

/** The planted bugs: every one is found, and by the invariant that it breaks. */
final class PlantedTest {
  private static final String BUG = "a VM_BUG_ON or bad-page check fired";
  private static final String LOST = "a pinned page lost its exclusivity";

  /** The forbidden result that each must have, beside others. */
  private static final ImmutableSortedMap<String, String> FOUND =
      ImmutableSortedMap.<String, String>naturalOrder()
          .put("PlantedFolioTestSlabAtFree.WithoutClear", "folio_test_slab() said slab")
          .put("PlantedFollowHugePageWithWrongLock.BlindStep", BUG)
          .put("PlantedForkSnapshot.IsolatedWithoutLock", "0, 1")
          .put("PlantedGupFastVersusCollapse.BlindStep", LOST)
          .put("PlantedGupFastVersusFork.BlindStep", LOST)
          .put("PlantedGupFastVersusForkFirstPin.BlindStep", LOST)
          .put("PlantedGupFastVersusForkReadOnly.BlindStep", LOST)
          .put("PlantedGupFastVersusForkThenWrite.BlindStep", BUG)
          .put("PlantedGupFastVersusHugetlbFork.BlindStep", LOST)
          .put("PlantedGupFastVersusKsm.BlindStep", LOST)
          .put("PlantedGupFastVersusMigration.BlindStep", LOST)
          .put("PlantedGupFastVersusRetract.BlindStep", "a page table is walked after it was freed")
          .put("PlantedGupFastVersusSwapOut.BlindStep", LOST)
          .put("PlantedGupFastVersusSwapOutReadOnly.BlindStep", LOST)
          .put("PlantedHugePmdUnshareVersusGupFast.BlindStep", LOST)
          .put("PlantedIsolateMovableVersusSlab.IsolatedWithOneLook", "0, 1")
          .put("PlantedKPageFlagsAtFree.WithoutClear", "stable_page_flags() said slab")
          .put("PlantedKPageFlagsWithReference.WithoutClear", BUG)
          .put("PlantedLostHwpoisonAtFree.WithoutFix", "PG_hwpoison was set and is lost")
          .put(
              "PlantedMadviseFreeVersusDirectIo.BlindStep",
              "reclaim discards a page that is written")
          .put("PlantedPageSlabAtFault.WithoutClear", "PageSlab() said slab")
          .put("PlantedPageSlabAtFree.IsolatedInWrongOrder", "0, 1")
          .put("PlantedPageSlabAtFree.WithoutClear", "PageSlab() said slab")
          .put("PlantedPageSlabOfSlab.StaleAnswer", "PageSlab() said no slab")
          .put("PlantedPageSlabOfSlab.WithoutClear", BUG)
          .put("PlantedSwapInSkipsSwapCache.BlindStep", "a swap-in maps stale contents")
          .put("PlantedUffdMoveMissesPage.BlindStep", "belongs to another VMA")
          .put("PlantedVmspliceLeak.WithoutFix", "shows what another process wrote")
          .build();

  /** A flag that stays, an answer that is stale, and accesses in the wrong order. */
  @Test
  void aPlantedBugOfEachKindIsFound() throws IOException, InterruptedException {
    assertAreFound(
        Set.of(
            "PlantedPageSlabOfSlab.StaleAnswer",
            "PlantedPageSlabAtFree.IsolatedInWrongOrder",
            "PlantedPageSlabAtFree.WithoutClear"));
  }

  @Test
  @Tag("nightly")
  void everyPlantedBugIsFound() throws IOException, InterruptedException {
    assertAreFound(FOUND.keySet());
  }

  private static void assertAreFound(Set<String> bugs) throws IOException, InterruptedException {
    assumeTrue(Runtime.getRuntime().availableProcessors() >= 2, "a race needs two processors");
    TreeSet<String> missed = new TreeSet<>(bugs);
    for (int i = 0; i < Jcstress.ATTEMPTS && !missed.isEmpty(); i++) {
      Jcstress planted = Jcstress.planted("-t", String.join("|", missed));
      assertEquals(ImmutableList.of(), planted.failures());
      Set<String> found = found(planted);
      assertTrue(found.isEmpty() || planted.exitCode() == 1, planted::toString);
      missed.removeAll(found);
    }
    assertEquals(ImmutableSortedSet.of(), missed, "planted bugs that were not found");
  }

  @Test
  void everyTestWithAPlantedBugIsExpectedToFindIt() {
    assertEquals(
        FOUND.keySet(),
        TestList.tests().stream()
            .map(PlantedTest::shortName)
            .collect(toImmutableSortedSet(naturalOrder())));
  }

  private static Set<String> found(Jcstress planted) {
    TreeSet<String> found = new TreeSet<>();
    for (TestResult result : planted.results()) {
      String test = shortName(result.getName());
      for (GradingResult grade : TestGrading.grade(result).gradingResults.values()) {
        if (grade.expect == Expect.FORBIDDEN
            && grade.count > 0
            && grade.id.contains(FOUND.get(test))) {
          found.add(test);
        }
      }
    }
    return found;
  }

  private static String shortName(String test) {
    return test.substring("org.cowcheck.stress.planted.".length());
  }
}
