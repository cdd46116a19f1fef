package org.cowcheck.invariant;

import java.util.Collection;
import java.util.stream.IntStream;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Note;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.access.DirectIo;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.alloc.HeldPage;

/**
 * What must hold of the contents of pages, whoever maps them: values that are written differ, so
 * that one that is seen says where it comes from.
 */
public final class Contents {
  private Contents() {}

  /**
   * A holder of a page reference does not see what another process writes to its own memory, once
   * the two share it copy-on-write.
   *
   * @param holder the CPU of the holder
   * @param writer the CPU of the other process
   */
  public static Invariant hidesWritesFrom(int holder, int writer) {
    return new Invariant(
        "a page reference shows what another process wrote to its own memory",
        end ->
            end.notes(holder).stream()
                .filter(note -> note.name().equals(HeldPage.SEEN))
                .noneMatch(seen -> isWritten(end, writer, seen.value())));
  }

  private static boolean isWritten(End end, int cpu, long value) {
    return end.notes(cpu).stream()
        .anyMatch(note -> note.name().equals(UserAccess.WRITTEN) && note.value() == value);
  }

  /** Nobody writes to a page of the page cache through a private mapping. */
  public static Invariant isUnchanged(Page file) {
    return new Invariant(
        "a write to a private mapping reached the page cache",
        end -> end.value(file.contents()) == file.contents().initialValue());
  }

  /**
   * User code does not see what a page held before it became its own, or what another process has.
   *
   * @param foreign what is in such pages
   */
  public static Invariant neverShows(long foreign) {
    return new Invariant(
        "user code has seen what is not its own, or what a page held before it was filled",
        end ->
            IntStream.range(0, end.cpus())
                .mapToObj(end::notes)
                .flatMap(Collection::stream)
                .noneMatch(note -> note.name().equals(UserAccess.READ) && note.value() == foreign));
  }

  /**
   * What a device wrote last is what the process finds in its memory.
   *
   * @param cpu the CPU that ran both
   * @param table where the process has its page
   */
  public static Invariant showsDeviceWrites(int cpu, Memory memory, PageTable table) {
    return new Invariant(
        "what the device wrote is not in the memory that it was asked for",
        end -> {
          long pte = end.value(table.pte());
          for (Note note : end.notes(cpu)) {
            if (note.name().equals(DirectIo.DEVICE_WROTE)
                && !(Pte.present(pte)
                    && end.value(Pte.page(memory, pte).contents()) == note.value())) {
              return false;
            }
          }
          return true;
        });
  }

  /**
   * A page of two words, both of which a thread sets in order, is copied as it was at some time.
   *
   * @param table where the copy is mapped
   * @param before what the first word held at first, which nobody stores; the second held 0
   */
  public static Invariant isSnapshot(Memory memory, PageTable table, long before) {
    return new Invariant(
        "a child has a later store of its parent, and not an earlier one",
        end -> {
          long pte = end.value(table.pte());
          if (!Pte.present(pte)) {
            return true;
          }
          Page copy = Pte.page(memory, pte);
          return end.value(copy.moreContents()) == 0 || end.value(copy.contents()) != before;
        });
  }
}
