package org.cowcheck.hunt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.cowcheck.client.ClientProgram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which programs do all that another does. */
final class ContainmentTest {

  @ParameterizedTest
  @CsvSource({
    "exclusive:fork:read, exclusive:fork:read, true",
    "exclusive:fork+write:read, exclusive:fork:read, true",
    "exclusive:write+fork:zap+read, exclusive:fork:read, true",
    "exclusive:write+read:fork, exclusive:fork:read, true",
    "exclusive:fork:write:read, exclusive:read:fork, true",
    "exclusive:fork+write+read:zap, exclusive:fork+read, true",
    // both on one CPU, one after the other
    "exclusive:fork+read:write, exclusive:fork:read, false",
    // in another order
    "exclusive:read+fork:write, exclusive:fork+read, false",
    // one read is not two
    "exclusive:fork:read, exclusive:read:read, false",
    // another start
    "read-only:fork:read, exclusive:fork:read, false",
    // CPUs are matched whichever comes first
    "exclusive:read+fork:read+write, exclusive:read+write:fork, true",
  })
  void containment(String large, String small, boolean contains) {
    assertEquals(
        contains,
        Containment.contains(ClientProgram.parse(large), ClientProgram.parse(small)),
        large + " contains " + small);
  }

  @Test
  void aProgramDoesNotCoverItself() {
    Containment known = new Containment();
    known.add(ClientProgram.parse("exclusive:fork:read"));
    assertFalse(known.covers(ClientProgram.parse("exclusive:fork:read")));
    assertTrue(known.covers(ClientProgram.parse("exclusive:fork+zap:read")));
  }

  @Test
  void theOtherProcessCoversAsWell() {
    Containment known = new Containment();
    known.add(ClientProgram.parse("shared:read:child-write"));
    assertTrue(known.covers(ClientProgram.parse("shared:child-read:write+unshare")));
    assertFalse(known.covers(ClientProgram.parse("shared:child-read:read+unshare")));
  }
}
