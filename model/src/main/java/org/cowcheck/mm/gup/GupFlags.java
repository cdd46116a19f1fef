package org.cowcheck.mm.gup;

import org.cowcheck.mm.Page;

/**
 * The flags of GUP: FOLL_PIN or FOLL_GET, and of FOLL_WRITE, FOLL_FORCE, FOLL_LONGTERM.
 *
 * @param pin FOLL_PIN, to be dropped by unpin_user_page(); else FOLL_GET, an ordinary reference
 * @param write FOLL_WRITE
 * @param force FOLL_FORCE: ptrace() and the like may write where the process may not
 * @param longterm FOLL_LONGTERM: for good, so no page that has to be movable
 */
public record GupFlags(boolean pin, boolean write, boolean force, boolean longterm) {
  /** FOLL_PIN. */
  public static final GupFlags PIN = new GupFlags(true, false, false, false);

  /** FOLL_PIN and FOLL_WRITE. */
  public static final GupFlags PIN_WRITE = PIN.forWriting();

  /** FOLL_GET, as vmsplice() and O_DIRECT writes until v6.5. */
  public static final GupFlags GET = new GupFlags(false, false, false, false);

  /** FOLL_GET and FOLL_WRITE, as O_DIRECT reads until v6.5. */
  public static final GupFlags GET_WRITE = GET.forWriting();

  /** FOLL_GET, FOLL_WRITE and FOLL_FORCE, as a write to /proc/pid/mem. */
  public static final GupFlags FORCED_WRITE = new GupFlags(false, true, true, false);

  /** With FOLL_WRITE. */
  public GupFlags forWriting() {
    return new GupFlags(pin, true, force, longterm);
  }

  /** With FOLL_LONGTERM. */
  public GupFlags forLong() {
    return new GupFlags(pin, write, force, true);
  }

  /** Without FOLL_WRITE. */
  GupFlags withoutWrite() {
    return new GupFlags(pin, false, force, longterm);
  }

  /** The references that one page takes. */
  long references() {
    return pin ? Page.GUP_PIN_COUNTING_BIAS : 1;
  }
}
