package org.cowcheck.patch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.stream.Stream;
import org.cowcheck.memory.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a kernel has follows from its state and its edits. */
final class KernelTest {
  private static final Step OF_S1 = step("A", "f, S1", Step.Part.HUNK);
  private static final Step OF_ALL = step("B", "f", Step.Part.HUNK);
  private static final Step LATER = step("C", "f, 0123456789ab", Step.Part.LATER);
  private static final Step OTHER = step("D", "f", Step.Part.PATH);

  private static Step step(String label, String function, Step.Part part) {
    return new Step(label, function, "", "", part);
  }

  private static Kernel kernel(KernelState state, Edit... edits) {
    return new Kernel(
        new Patch("p", "", state, ImmutableList.copyOf(edits)), Platform.GENERIC, Accesses.MARKED);
  }

  @Test
  void aHunkIsInItsStates() {
    assertTrue(kernel(KernelState.S1).has(OF_S1));
    assertFalse(kernel(KernelState.S0).has(OF_S1));
    assertFalse(kernel(KernelState.S2).has(OF_S1));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aHunkWithoutStatesIsInAll(KernelState state) {
    assertTrue(kernel(state).has(OF_ALL));
    assertFalse(kernel(state, new Edit.DropHunk("B")).has(OF_ALL));
  }

  @Test
  void aHunkIsAddedToOtherStates_andDroppedFromItsOwn() {
    assertTrue(kernel(KernelState.S2, new Edit.AddHunk("A")).has(OF_S1));
    assertFalse(kernel(KernelState.S2, new Edit.AddHunk("B")).has(OF_S1));
    assertFalse(kernel(KernelState.S1, new Edit.DropHunk("A")).has(OF_S1));
    assertFalse(kernel(KernelState.S2, new Edit.AddHunk("A"), new Edit.DropHunk("A")).has(OF_S1));
  }

  @ParameterizedTest
  @EnumSource(KernelState.class)
  void aLaterHunkIsThereOnlyIfItIsAdded(KernelState state) {
    assertFalse(kernel(state).adds(LATER));
    assertTrue(kernel(state, new Edit.AddHunk("C")).adds(LATER));
    assertFalse(Kernel.isIn(state, LATER));
  }

  @Test
  void whatBeginsNoHunkCannotBeAskedFor() {
    assertThrows(IllegalArgumentException.class, () -> kernel(KernelState.S1).has(OTHER));
    assertThrows(IllegalArgumentException.class, () -> kernel(KernelState.S1).has(LATER));
    assertThrows(IllegalArgumentException.class, () -> kernel(KernelState.S1).adds(OF_S1));
  }

  @Test
  void aHunkMovesWhereItsEditSays() {
    Kernel kernel = kernel(KernelState.S1, new Edit.Move("A", "D"));
    assertTrue(kernel.moves(OF_S1, OTHER));
    assertFalse(kernel.moves(OF_S1, OF_ALL));
    assertFalse(kernel.moves(OF_ALL, OTHER));
    assertFalse(kernel(KernelState.S1).moves(OF_S1, OTHER));
  }

  @Test
  void theFlagIsThatOfTheStateUnlessAPatchUsesAnother() {
    assertEquals("PG_slab", kernel(KernelState.S1).exclusiveFlag());
    assertEquals("PG_mappedtodisk", kernel(KernelState.S2).exclusiveFlag());
    assertEquals("PG_error", kernel(KernelState.S2, new Edit.UseFlag("PG_error")).exclusiveFlag());
    assertEquals(
        "PG_error",
        kernel(KernelState.S2, new Edit.UseFlag("PG_slab"), new Edit.UseFlag("PG_error"))
            .exclusiveFlag());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "f | S0 S1 S2 S3",
        "f, S1 | S1",
        "f, S1 to S3 | S1 S2 S3",
        "f, S0 and S2 | S0 S2",
        "f, S2, DEBUG_VM | S2",
        "f, S10 and xS1 | S0 S1 S2 S3",
        "f, DEBUG_VM | S0 S1 S2 S3",
        "f_S1 | S0 S1 S2 S3",
        "f, 0123456789ab | S0 S1 S2 S3"
      })
  void aStepIsInTheStatesThatFollowItsFunction(String function, String states) {
    assertEquals(
        states,
        String.join(
            " ",
            Stream.of(KernelState.values())
                .filter(state -> Kernel.isIn(state, step("A", function, Step.Part.PATH)))
                .map(KernelState::name)
                .toList()));
  }

  @Test
  void patchesAreAlikeByStateAndEdits() {
    Edit one = new Edit.DropHunk("A");
    Edit other = new Edit.DropHunk("B");
    Patch patch = new Patch("a", "", KernelState.S1, ImmutableList.of(one, other));
    assertTrue(patch.isAlike(new Patch("b", "t", KernelState.S1, ImmutableList.of(other, one))));
    assertFalse(patch.isAlike(new Patch("a", "", KernelState.S2, ImmutableList.of(one, other))));
    assertFalse(patch.isAlike(new Patch("a", "", KernelState.S1, ImmutableList.of(one))));
  }
}
