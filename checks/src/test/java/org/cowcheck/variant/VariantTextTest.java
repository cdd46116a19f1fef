package org.cowcheck.variant;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Fence;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is printed is read as the same patch. */
final class VariantTextTest {
  private static ImmutableList<Patch> patches() {
    return Patches.all();
  }

  @ParameterizedTest
  @MethodSource("patches")
  void everyPatchIsReadAsItWasPrinted(Patch patch) {
    Patch read = VariantReader.read("-", VariantText.print(patch).getBytes(UTF_8)).patch();
    assertEquals(patch.name(), read.name());
    assertEquals(patch.title(), read.title());
    assertTrue(patch.isAlike(read), () -> VariantText.print(patch) + read.edits());
    assertTrue(patch.isAlike(VariantReader.reread("-", VariantText.print(patch))));
  }

  private static final Patch ALL_KINDS =
      new Patch(
          "all-kinds",
          "one of each: \"quoted\" \\ # and so on",
          KernelState.S1,
          ImmutableList.of(
              new Edit.UseFlag("PG_mappedtodisk"),
              new Edit.AddHunk("SH6"),
              new Edit.DropHunk("FT1"),
              new Edit.Move("F8", "F11"),
              new Edit.DropFence("C2"),
              new Edit.ReplaceFence("F9", Fence.SMP_WMB),
              new Edit.InsertBefore("T4", Fence.SMP_RMB),
              new Edit.InsertAfter("T2", Fence.IPI_SYNC),
              new Edit.DropRecheck("G14"),
              new Edit.DropLock("M1"),
              new Edit.MakeAtomic("F8"),
              new Edit.MakeNonAtomic("E3"),
              new Edit.Mark("T2"),
              new Edit.Unmark("T4")));

  @Test
  void everyKindOfEditIsPrinted() {
    assertEquals(
        """
        name: all-kinds
        title: "one of each: \\"quoted\\" \\\\ # and so on"
        base: S1
        flag: PG_mappedtodisk
        hunks:
          add: [SH6]
          drop: [FT1]
        move: [{hunk: F8, after: F11}]
        fences:
          drop: [C2]
          replace: [{at: F9, fence: smp_wmb}]
          insert: [{before: T4, fence: smp_rmb}, {after: T2, fence: smp_call_function(wait)}]
        rechecks:
          drop: [G14]
        locks:
          drop: [M1]
        atomic: [F8]
        nonatomic: [E3]
        mark: [T2]
        unmark: [T4]
        """,
        VariantText.print(ALL_KINDS));
  }

  @Test
  void everyKindOfEditIsRead() {
    String text = VariantText.print(ALL_KINDS);
    assertEquals(ALL_KINDS, VariantReader.reread("-", text));
    assertEquals(ALL_KINDS, VariantReader.read("-", text.getBytes(UTF_8)).patch());
  }
}
