package org.cowcheck.ablation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import org.cowcheck.memory.Fence;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.SeedPatches;
import org.junit.jupiter.api.Test;

/** What a patch is made of. */
final class PartsTest {
  private static final Patch SEED = named("seed");

  private static Patch named(String name) {
    return Patches.all().stream()
        .filter(patch -> patch.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Patch of(KernelState state, Edit... edits) {
    return new Patch("variant", "a variant", state, ImmutableList.copyOf(edits));
  }

  private static List<String> ids(Patch patch) {
    return Parts.of(patch).stream().map(Part::id).toList();
  }

  private static Part part(Patch patch, String id) {
    return Parts.of(patch).stream().filter(part -> part.id().equals(id)).findFirst().orElseThrow();
  }

  private static List<Fence> weaker(Part part) {
    return part.weaker().stream().map(Part.Weaker::fence).toList();
  }

  @Test
  void theSeedIsItsHunksAndTheirBarriers() {
    assertEquals(
        List.of(
            "T2", "T3", "T6", "L1", "L4", "K8", "MX16", "F8", "F9", "FT1", "HR3", "HR4", "MV55",
            "MV56"),
        ids(SEED));
    assertEquals(Part.Kind.HUNK, part(SEED, "F8").kind());
    assertEquals("wmb in free_pages_prepare", part(SEED, "F9").title());
    assertEquals(List.of(Fence.SMP_WMB), weaker(part(SEED, "F9")));
  }

  @Test
  void aPatchThatIsAStateHasNoParts() {
    for (KernelState state : List.of(KernelState.S0, KernelState.S2, KernelState.S3)) {
      assertEquals(List.of(), ids(Patch.of(state)));
    }
    assertEquals(List.of(), ids(SeedPatches.S1_WITHOUT_SEED));
  }

  @Test
  void aRespinHasTheHunksThatItKeepsAndItsOwnEdits() {
    Patch respin = named("seed-without-wmb-with-reader-rmb");
    assertTrue(ids(respin).contains("F8"));
    assertEquals(
        List.of("F9", "after T2", "after T6"), ids(respin).subList(13, ids(respin).size()));
    assertEquals(Part.Kind.OMISSION, part(respin, "F9").kind());
    Patch less = of(KernelState.S1, new Edit.DropHunk("F8"), new Edit.DropHunk("HR4"));
    assertTrue(ids(less).stream().noneMatch(ImmutableSet.of("F8", "F9", "HR4")::contains));
    assertTrue(ids(less).contains("HR3"));
  }

  @Test
  void barriersOfAddedHunksHaveWeakerForms() {
    Patch patch = SeedPatches.S2_WITH_BARRIERS;
    assertEquals(List.of("E1", "E4", "G12", "G17", "U8a"), ids(patch));
    for (String full : List.of("E1", "E4", "G12")) {
      assertEquals(List.of(Fence.SMP_WMB, Fence.SMP_RMB), weaker(part(patch, full)), full);
    }
    assertEquals(List.of(), weaker(part(patch, "G17")));
  }

  @Test
  void hunksBringTheirBarriersAndSecondLooks() {
    Patch skip = named("S3-with-slab-skip");
    assertEquals(List.of("L3a", "L2a", "L2a", "L6a", "IM3", "IM4", "IM6", "IM7"), ids(skip));
    assertEquals(Part.Kind.RECHECK, part(skip, "IM7").kind());
    Patch once = named("S3-with-slab-skip-once");
    assertEquals(Part.Kind.OMISSION, part(once, "IM7").kind());
  }

  @Test
  void aReplacedBarrierIsAPartInItsPresentForm() {
    Patch weak = of(KernelState.S1, new Edit.ReplaceFence("F9", Fence.SMP_WMB));
    ImmutableList<Part> parts =
        Parts.of(weak).stream()
            .filter(part -> part.id().equals("F9"))
            .collect(ImmutableList.toImmutableList());
    assertEquals(2, parts.size());
    assertEquals("smp_wmb in free_pages_prepare", parts.get(0).title());
    assertEquals(List.of(), weaker(parts.get(0)));
    assertEquals(SEED.edits(), parts.get(1).dropping().of(weak, "name", "title").edits());
  }

  @Test
  void whatIsLeftGoesByTheNameOfTheCatalogue() {
    assertEquals(named("seed-without-wmb"), part(SEED, "F9").dropping().of(SEED, "other", "other"));
    assertEquals("other", part(SEED, "T6").dropping().of(SEED, "other", "other").name());
    Patch readerRmb = named("seed-with-reader-rmb");
    Patch half = part(readerRmb, "after T6").dropping().of(readerRmb, "half", "half");
    assertEquals(ImmutableList.of(new Edit.InsertAfter("T2", Fence.SMP_RMB)), half.edits());
  }

  @Test
  void patchesDifferByTheLabelsOfTheirEdits() {
    Patch one = of(KernelState.S3, new Edit.DropFence("E1"), new Edit.DropFence("E4"));
    Patch other = of(KernelState.S3, new Edit.DropFence("E4"), new Edit.DropHunk("E1"));
    assertEquals(ImmutableSet.of("E1"), Change.differing(one, other));
    Patch swapped = of(KernelState.S3, new Edit.DropFence("E4"), new Edit.DropFence("E1"));
    assertEquals(ImmutableSet.of(), Change.differing(one, swapped));
  }

  @Test
  void eachPartOfEachPatchChangesSomething() {
    for (Patch patch : Patches.all()) {
      for (Part part : Parts.of(patch)) {
        Patch without = part.dropping().of(patch, "", "");
        assertTrue(!Change.differing(patch, without).isEmpty(), () -> patch + " " + part);
        for (Part.Weaker weaker : part.weaker()) {
          Patch with = weaker.change().of(patch, "", "");
          assertTrue(!Change.differing(patch, with).isEmpty(), () -> patch + " " + weaker);
          assertTrue(!Change.differing(without, with).isEmpty(), () -> patch + " " + weaker);
        }
      }
    }
  }
}
