package org.cowcheck.setting;

import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.alloc.DevicePage;
import org.cowcheck.patch.Kernel;

/** Device-private pages as scenarios find them. */
public final class DevicePages {
  private DevicePages() {}

  /** In the hands of its driver. */
  public static Page free(Memory memory, Kernel kernel) {
    return Page.devicePrivate(memory, "device", freeState(kernel));
  }

  /** As {@link #free}, whose memory is two words. */
  public static Page freeOfTwoWords(Memory memory, Kernel kernel) {
    return Page.devicePrivateOfTwoWords(memory, "device", freeState(kernel));
  }

  private static PageState freeState(Kernel kernel) {
    return new PageState(0, 0, DevicePage.referencesWhenFree(kernel.state()), -1);
  }

  /** Mapped once and exclusively by a device-private entry. */
  public static Page mapped(Memory memory, Kernel kernel) {
    long exclusive = kernel.state().hasAnonExclusive() ? bit(PageFlag.anonExclusive(kernel)) : 0;
    return mapped(memory, kernel, exclusive, 1);
  }

  /** Mapped by two processes since a fork. */
  public static Page shared(Memory memory, Kernel kernel) {
    return mapped(memory, kernel, 0, 2);
  }

  private static Page mapped(Memory memory, Kernel kernel, long flags, long mappings) {
    return Page.devicePrivate(
        memory,
        "device",
        new PageState(
            bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | flags,
            Page.ANON_VMA,
            mappings + DevicePage.extraReferences(kernel.state()),
            mappings - 1));
  }
}
