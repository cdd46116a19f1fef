package org.cowcheck.linear;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.Iterables;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.junit.jupiter.api.Test;

/** What operations one after the other may do to the invariants: nothing. */
final class AddressSpaceTest {
  private static AddressSpace space() {
    return AddressSpace.ofSmallPage(
        new Kernel(
            Iterables.find(Patches.all(), patch -> patch.name().equals("S3")),
            Platform.GENERIC,
            Accesses.MARKED),
        cpu -> cpu);
  }

  /** The pin for writing faults in another page, which holds 0. */
  @Test
  void whatWasWrittenBeforeAnUnmapIsGone() {
    AddressSpace space = space();
    assertEquals(11, space.write(0, 0));
    assertEquals(AddressSpace.DONE, space.zap(1));
    assertEquals(AddressSpace.DONE, space.pin(0, 0, true));
    assertEquals(AddressSpace.DONE, space.unpin(0, 0));
    assertEquals(0, space.read(0, 0));
    assertEquals("", space.broken());
  }

  /** A pin for writing is a write fault, although nobody has written. */
  @Test
  void anUnsharedCopyMayBePinnedForWriting() {
    AddressSpace space = space();
    assertEquals(AddressSpace.DONE, space.fork(0));
    assertEquals(AddressSpace.DONE, space.pin(0, 0, false));
    assertEquals("", space.broken());
    assertEquals(AddressSpace.DONE, space.pin(1, 0, true));
    assertEquals("", space.broken());
  }

  /** The copy is freed, and is the page of what is read then. */
  @Test
  void anUnsharedCopyMayHaveAnotherLife() {
    AddressSpace space = space();
    assertEquals(AddressSpace.DONE, space.fork(0));
    assertEquals(AddressSpace.DONE, space.pin(0, 0, false));
    assertEquals(AddressSpace.DONE, space.unpin(0, 0));
    assertEquals(AddressSpace.DONE, space.zap(0));
    assertEquals(0, space.read(0, 0));
    assertEquals("", space.broken());
  }
}
