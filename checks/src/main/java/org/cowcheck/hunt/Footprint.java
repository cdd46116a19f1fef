package org.cowcheck.hunt;

import com.google.common.collect.ImmutableList;
import java.util.BitSet;
import java.util.Optional;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * The words that a CPU reads and writes if it is alone, by their numbers. Locks count as written.
 *
 * <p>If no CPU writes a word that another reads or writes, each runs as if it were alone, whatever
 * the interleaving and the memory model: nobody ever writes what it reads. So each read has one
 * source, and the writes of each word are those of one CPU, in program order. The program has
 * exactly one execution, then; it is enough to look at that one, which shows also what an invariant
 * says of words of several CPUs.
 */
record Footprint(BitSet read, BitSet written) {

  /** Whether the programs of a setting touch no common word that one of them writes. */
  static boolean areIndependent(Setting setting) {
    Optional<ImmutableList<Footprint>> all = ofAll(setting);
    if (all.isEmpty()) {
      return false;
    }
    ImmutableList<Footprint> footprints = all.orElseThrow();
    for (int one = 0; one < footprints.size(); one++) {
      for (int other = 0; other < footprints.size(); other++) {
        if (one != other && footprints.get(one).writesWhatIsTouchedBy(footprints.get(other))) {
          return false;
        }
      }
    }
    return true;
  }

  /** Those of all programs, each alone from the start; none if one of them waits for another. */
  private static Optional<ImmutableList<Footprint>> ofAll(Setting setting) {
    ImmutableList.Builder<Footprint> all = ImmutableList.builder();
    for (Program program : setting.programs()) {
      FootprintCpu cpu = new FootprintCpu(setting.memory().words());
      try {
        long unused = program.body().applyAsLong(cpu);
      } catch (FootprintCpu.WaitsException e) {
        return Optional.empty();
      }
      all.add(cpu.footprint());
    }
    return Optional.of(all.build());
  }

  private boolean writesWhatIsTouchedBy(Footprint other) {
    return written.intersects(other.read) || written.intersects(other.written);
  }
}
