package org.cowcheck.invariant;

import static org.cowcheck.mm.PageFlag.GHOST_SLAB;
import static org.cowcheck.mm.PageFlag.bit;

import org.cowcheck.memory.Note;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.patch.Kernel;

/** What must hold of a struct page and of those who look at it. */
public final class PageInvariants {
  private PageInvariants() {}

  /**
   * A reader that said "slab" was right at some instant of the call.
   *
   * @param reader the CPU of the reader
   * @param said the bits of the reader's return value that say "slab"
   */
  public static Invariant slabWasTrue(String function, int reader, long said, Page page) {
    return new Invariant(
        function + " said slab, and the page was no slab page at any instant of the call",
        end ->
            (end.returned(reader) & said) == 0
                || end.atSomeInstant(
                    reader, page.flags(), flags -> (flags & bit(GHOST_SLAB)) != 0));
  }

  /** A reader that said "no slab" was right at some instant of the call. */
  public static Invariant notSlabWasTrue(String function, int reader, long said, Page page) {
    return new Invariant(
        function + " said no slab, and the page was a slab page during the whole call",
        end ->
            (end.returned(reader) & said) != 0
                || end.atSomeInstant(
                    reader, page.flags(), flags -> (flags & bit(GHOST_SLAB)) == 0));
  }

  /** A page on the free list has no mapping and no exclusive flag. */
  public static Invariant freedPageIsClean(Kernel kernel, int freer, Page page) {
    long exclusive =
        kernel.state().hasAnonExclusive()
            ? bit(PageFlag.anonExclusive(kernel))
            : bit(PageFlag.PG_SLAB);
    return new Invariant(
        "a freed page kept its mapping or PG_anon_exclusive",
        end ->
            end.returned(freer) == 0
                || (end.value(page.mapping()) == 0 && (end.value(page.flags()) & exclusive) == 0));
  }

  /** No VM_BUG_ON and no bad page state. */
  public static Invariant noBug() {
    return new Invariant(
        "a VM_BUG_ON or bad-page check fired",
        end -> {
          for (int cpu = 0; cpu < end.cpus(); cpu++) {
            if (end.noted(cpu, Note.BUG)) {
              return false;
            }
          }
          return true;
        });
  }
}
