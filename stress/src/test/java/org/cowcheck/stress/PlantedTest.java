package org.cowcheck.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.ImmutableSortedSet;
import java.io.IOException;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.GradingResult;
import org.openjdk.jcstress.infra.grading.TestGrading;

/** The planted bugs: every one is found, and by the invariant that it breaks. */
final class PlantedTest {
  private static final String BUG = "a VM_BUG_ON or bad-page check fired";

  /** The forbidden result that each must have, beside others. */
  private static final ImmutableSortedMap<String, String> FOUND =
      ImmutableSortedMap.<String, String>naturalOrder()
          .put("PlantedFolioTestSlabAtFree.WithoutClear", "folio_test_slab() said slab")
          .put("PlantedKPageFlagsAtFree.WithoutClear", "stable_page_flags() said slab")
          .put("PlantedKPageFlagsWithReference.WithoutClear", BUG)
          .put("PlantedPageSlabAtFault.WithoutClear", "PageSlab() said slab")
          .put("PlantedPageSlabAtFree.IsolatedInWrongOrder", "0, 1")
          .put("PlantedPageSlabAtFree.WithoutClear", "PageSlab() said slab")
          .put("PlantedPageSlabOfSlab.StaleAnswer", "PageSlab() said no slab")
          .put("PlantedPageSlabOfSlab.WithoutClear", BUG)
          .build();

  @Test
  void everyPlantedBugIsFound() throws IOException, InterruptedException {
    assumeTrue(Runtime.getRuntime().availableProcessors() >= 2, "a race needs two processors");
    Jcstress planted = Jcstress.planted();
    assertEquals(ImmutableList.of(), planted.failures());
    assertEquals(1, planted.exitCode(), planted::toString);

    TreeSet<String> found = new TreeSet<>();
    for (TestResult result : planted.results()) {
      String test = result.getName().substring("org.cowcheck.stress.planted.".length());
      for (GradingResult grade : TestGrading.grade(result).gradingResults.values()) {
        if (grade.expect == Expect.FORBIDDEN
            && grade.count > 0
            && grade.id.contains(FOUND.getOrDefault(test, ""))) {
          found.add(test);
        }
      }
    }
    assertEquals(
        FOUND.keySet(), ImmutableSortedSet.copyOf(found), () -> "a bug was missed: " + planted);
  }
}
