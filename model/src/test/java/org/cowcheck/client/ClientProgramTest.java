package org.cowcheck.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.SwapPatches;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class ClientProgramTest {

  @ParameterizedTest
  @CsvSource({
    "exclusive:fork:pin-fast-write+unpin",
    "shared:child-get+child-zap+child-read-through:write",
    "free:alloc-slab+free-slab:pageslab",
    "pmd-mapped:fork:split-page:pin-fast-read"
  })
  void textIsReadAsItIsWritten(String text) {
    assertEquals(text, ClientProgram.parse(text).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exclusive | expected START:OPERATION",
        "exclusiv:fork | expected a start",
        "exclusive:frok | expected an operation",
        "exclusive: | expected an operation",
        "exclusive:unpin | unpin needs a pin before it",
        "exclusive:pin-read+pin-write | a CPU has one pin at a time",
        "exclusive:dio-start+dio-start | a CPU has one read with O_DIRECT at a time",
        "exclusive:dio-end | dio-end needs dio-start before it",
        "exclusive:child-write | child-write needs a child",
        "exclusive:split-pmd | split-pmd has nothing to do with this start",
        "exclusive:truncate | truncate has nothing to do with this start",
        "file-table:read | read has nothing to do with this start",
        "hugetlb-shared-table:unpin | unpin needs a pin before it",
        "exclusive:fork:fork | one fork",
        "just-freed:put:put | one put",
        "free:free-slab | free-slab needs a slab page",
        "exclusive:alloc-slab | alloc-slab needs a page that this CPU may have freed",
        "free:pageslab:kpagecount | a second reader"
      })
  void whatIsNoProgramIsSaidInOneLine(String text, String why) {
    String message =
        assertThrows(MalformedProgramException.class, () -> ClientProgram.parse(text)).getMessage();
    assertTrue(message.contains(why), message);
    assertFalse(message.contains("\n"), message);
  }

  @Test
  void programsWithTheirCpusInAnotherOrderAreTheSame() {
    assertEquals(
        ClientProgram.parse("exclusive:pin-fast-write+unpin:fork").canonical(),
        ClientProgram.parse("exclusive:fork:pin-fast-write+unpin").canonical());
  }

  @Test
  void ofASharedPageTheTwoProcessesMayChangePlaces() {
    assertEquals(
        ClientProgram.parse("shared:write:child-zap").canonical(),
        ClientProgram.parse("shared:zap:child-write").canonical());
  }

  @Test
  void theyMayNotIfOneDoesWhatTheOtherCannot() {
    assertFalse(
        ClientProgram.parse("shared:write:child-zap:pin-read")
            .canonical()
            .equals(ClientProgram.parse("shared:zap:child-write:pin-read").canonical()));
  }

  @ParameterizedTest
  @EnumSource(Start.class)
  void canonicalIsCanonical(Start start) {
    for (Operation one : Operation.of(start, Patch.of(KernelState.S3))) {
      for (Operation other : Operation.of(start, Patch.of(KernelState.S3))) {
        ClientProgram program =
            new ClientProgram(
                start, ImmutableList.of(ImmutableList.of(one), ImmutableList.of(other)));
        assertEquals(program.canonical(), program.canonical().canonical());
        assertEquals(program.isSensible(), program.canonical().isSensible(), program::toString);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Start.class)
  void everyStartHasSomethingToDo(Start start) {
    assertFalse(Operation.of(start, Patch.of(KernelState.S0)).isEmpty());
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void everyOperationIsOfSomeStart(Operation operation) {
    assertTrue(
        ImmutableList.copyOf(Start.values()).stream().anyMatch(operation::appliesTo),
        operation::toString);
  }

  @Test
  void uffdMoveIsInLaterKernelsAlone() {
    Patch without = Patch.of(KernelState.S3);
    assertFalse(Operation.of(Start.EXCLUSIVE, without).contains(Operation.UFFD_MOVE));
    assertTrue(Operation.of(Start.EXCLUSIVE, SwapPatches.UFFD_MOVE).contains(Operation.UFFD_MOVE));
  }

  @Test
  void unshareIsNotInV517() {
    assertFalse(Operation.of(Start.SHARED, Patch.of(KernelState.S0)).contains(Operation.UNSHARE));
    assertTrue(Operation.of(Start.SHARED, Patch.of(KernelState.S1)).contains(Operation.UNSHARE));
  }
}
