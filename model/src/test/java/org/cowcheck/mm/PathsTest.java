package org.cowcheck.mm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import org.cowcheck.memory.Step;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.junit.jupiter.api.Test;

/** Steps have labels that can be told apart, and patches name steps that exist. */
final class PathsTest {
  private static List<String> labels() {
    return Paths.all().stream().flatMap(path -> path.all().stream()).map(Step::label).toList();
  }

  @Test
  void labelsAreUnique() {
    assertEquals(labels().size(), ImmutableSet.copyOf(labels()).size(), labels()::toString);
  }

  @Test
  void everyEditOfEveryPatchNamesAStep() {
    for (Patch patch : Patches.all()) {
      for (Edit edit : patch.edits()) {
        assertTrue(labels().contains(edit.label()), () -> patch + " edits " + edit);
      }
    }
  }

  @Test
  void barriersThatArePairedNameEachOther() {
    ImmutableMap<String, Step> steps =
        Paths.all().stream()
            .flatMap(path -> path.all().stream())
            .collect(ImmutableMap.toImmutableMap(Step::label, step -> step));
    for (Step step : steps.values()) {
      if (!step.partner().isEmpty()) {
        assertEquals(step.label(), steps.get(step.partner()).partner(), step.partner());
      }
    }
  }
}
