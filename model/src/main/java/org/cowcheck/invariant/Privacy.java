package org.cowcheck.invariant;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.cowcheck.memory.Note;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.mm.mmap.Zap;
import org.cowcheck.user.Task;

/**
 * What processes may see of each other's writes, and must see of their own: in the values that they
 * have loaded, and in those that they would load at the end.
 *
 * <p>Writes are told apart by their values. A value that both a parent and a child store says
 * nothing of who sees whom.
 *
 * @param world what is looked at; its first address space is the parent of the others
 */
record Privacy(World world) {
  /** What is broken where a process does not see its own writes. */
  static final String OWN_WRITES = "a process does not see what it wrote last";

  /** All of them. */
  ImmutableList<Invariant> all() {
    return ImmutableList.of(
        new Invariant("a child sees what its parent wrote after fork", this::hidesLaterWrites),
        new Invariant("a parent sees what its child wrote", this::hidesWritesOfChildren),
        new Invariant(OWN_WRITES, Privacy::showsOwnWrites));
  }

  /**
   * What user code did at a place.
   *
   * @param name of the note: a load, a store, or the end of a mapping
   * @param location where the page was mapped
   * @param forked whether its CPU had forked before
   */
  private record Access(String name, long value, long location, boolean forked) {
    boolean isRead() {
      return name.equals(UserAccess.READ);
    }

    boolean isWrite() {
      return name.equals(UserAccess.WRITTEN);
    }
  }

  private static List<Access> accesses(End end, int cpu) {
    List<Access> accesses = new ArrayList<>();
    boolean forked = false;
    Note before = null;
    for (Note note : end.notes(cpu)) {
      forked |= note.name().equals(Fork.FORKED);
      if (note.name().equals(Zap.ZAPPED)) {
        accesses.add(new Access(Zap.ZAPPED, 0, note.value(), forked));
      } else if (note.name().equals(UserAccess.AT)) {
        accesses.add(new Access(before.name(), before.value(), note.value(), forked));
      }
      before = note;
    }
    return accesses;
  }

  private static List<Access> accesses(End end) {
    List<Access> accesses = new ArrayList<>();
    for (int cpu = 0; cpu < end.cpus(); cpu++) {
      accesses.addAll(accesses(end, cpu));
    }
    return accesses;
  }

  private boolean isParents(Access access) {
    return world.spaces().get(0).reaches(access.location());
  }

  /** A child does not see what the CPU that forked it writes to the parent's memory afterwards. */
  private boolean hidesLaterWrites(End end) {
    return areHidden(end, write -> isParents(write) && write.forked());
  }

  private boolean hidesWritesOfChildren(End end) {
    return areHidden(end, write -> !isParents(write));
  }

  /** Whether nobody on the other side sees any of these writes. */
  private boolean areHidden(End end, Predicate<Access> writes) {
    List<Access> accesses = accesses(end);
    for (Access write : accesses) {
      if (write.isWrite() && writes.test(write) && isSeen(end, accesses, write)) {
        return false;
      }
    }
    return true;
  }

  private boolean isSeen(End end, List<Access> accesses, Access write) {
    boolean seen = false;
    for (Access other : accesses) {
      if (other.value() == write.value() && isParents(other) != isParents(write)) {
        if (other.isWrite()) {
          return false;
        }
        seen |= other.isRead();
      }
    }
    for (Mapping mapping : end.mappings(world).all()) {
      seen |= (mapping.space() == 0) != isParents(write) && shows(end, mapping, write.value());
    }
    return seen;
  }

  private boolean shows(End end, Mapping mapping, long value) {
    for (Page page : world.pages()) {
      if (mapping.maps(page) && end.value(page.contents()) == value) {
        return true;
      }
    }
    return false;
  }

  /**
   * A CPU that loads from where it has stored, and nobody has unmapped since, loads what it stored
   * last; or what another CPU stores there, or somebody through a pin.
   */
  private static boolean showsOwnWrites(End end) {
    for (int cpu = 0; cpu < end.cpus(); cpu++) {
      Map<Long, Long> written = new HashMap<>();
      for (Access access : accesses(end, cpu)) {
        Long last = written.get(access.location());
        if (access.isWrite()) {
          written.put(access.location(), access.value());
        } else if (!access.isRead()) {
          written.remove(access.location());
        } else if (last != null
            && last != access.value()
            && !isUnmappedByOthers(end, cpu, access)
            && !isWrittenByOthers(end, cpu, access)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isUnmappedByOthers(End end, int cpu, Access read) {
    for (int other = 0; other < end.cpus(); other++) {
      for (Access access : accesses(end, other)) {
        if (other != cpu
            && access.name().equals(Zap.ZAPPED)
            && access.location() == read.location()) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isWrittenByOthers(End end, int cpu, Access read) {
    for (int other = 0; other < end.cpus(); other++) {
      for (Note note : end.notes(other)) {
        if (note.name().equals(Task.WRITTEN_THROUGH) && note.value() == read.value()) {
          return true;
        }
      }
      for (Access write : accesses(end, other)) {
        if (other != cpu
            && write.isWrite()
            && write.value() == read.value()
            && write.location() == read.location()) {
          return true;
        }
      }
    }
    return false;
  }
}
