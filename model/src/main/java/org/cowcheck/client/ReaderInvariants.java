package org.cowcheck.client;

import com.google.common.collect.ImmutableList;
import java.util.function.BiPredicate;
import org.cowcheck.invariant.End;
import org.cowcheck.invariant.HardwarePoison;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Note;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;

/**
 * What must hold of readers of page frames: what they tell was true at some instant of the call. A
 * program has one reader at most. And what memory_failure() writes stays.
 */
final class ReaderInvariants {
  /** The name of the note of a reader that says "slab"; its value is the page. */
  static final String SLAB = "said slab";

  /** The name of the note of a reader that says "no slab". */
  static final String NO_SLAB = "said no slab";

  /** The name of the note of a reader that counts no mapping of a page. */
  static final String UNMAPPED = "said not mapped";

  /** The name of the note of a reader that takes a page for a movable one. */
  static final String MOVABLE = "said movable";

  private ReaderInvariants() {}

  static ImmutableList<Invariant> all(ClientProgram program, Ground ground) {
    if (program.operations().stream()
        .noneMatch(op -> op.isReader() || op == Operation.MEMORY_FAILURE)) {
      return ImmutableList.of();
    }
    return ImmutableList.<Invariant>builder()
        .addAll(truths(ground))
        .addAll(
            ground.page.block().pages().stream()
                .map(HardwarePoison::isKept)
                .collect(ImmutableList.toImmutableList()))
        .build();
  }

  private static ImmutableList<Invariant> truths(Ground ground) {
    long slab = PageFlag.bit(PageFlag.GHOST_SLAB);
    return ImmutableList.of(
        of(
            ground,
            SLAB,
            "a reader said slab, and the page was no slab page at any instant of the call",
            (end, page) ->
                end.atSomeInstant(cpu(end, SLAB, page), page.flags(), f -> (f & slab) != 0)),
        of(
            ground,
            NO_SLAB,
            "a reader said no slab, and the page was a slab page during the whole call",
            (end, page) ->
                end.atSomeInstant(cpu(end, NO_SLAB, page), page.flags(), f -> (f & slab) == 0)),
        of(
            ground,
            UNMAPPED,
            "kpagecount_read() counted no mapping of a page that was mapped all the time",
            (end, page) ->
                end.atSomeInstant(cpu(end, UNMAPPED, page), page.mapcount(), count -> count < 0)),
        of(
            ground,
            MOVABLE,
            "isolate_movable_page() followed mapping of a page that never was movable",
            (end, page) -> false));
  }

  private static Invariant of(
      Ground ground, String note, String broken, BiPredicate<End, Page> wasTrue) {
    return new Invariant(
        broken,
        end -> {
          for (Page page : ground.page.block().pages()) {
            if (cpu(end, note, page) >= 0 && !wasTrue.test(end, page)) {
              return false;
            }
          }
          return true;
        },
        end -> ground.page.name());
  }

  /** The CPU of the reader that noted this of a page; -1 if none did. */
  private static int cpu(End end, String name, Page page) {
    for (int cpu = 0; cpu < end.cpus(); cpu++) {
      for (Note note : end.notes(cpu)) {
        if (note.name().equals(name) && note.value() == page.address()) {
          return cpu;
        }
      }
    }
    return -1;
  }
}
