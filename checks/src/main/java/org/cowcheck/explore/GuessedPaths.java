package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSetMultimap;
import com.google.common.collect.SetMultimap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.LockRole;
import org.cowcheck.explore.Speculation.Guess;
import org.cowcheck.explore.TraceCpu.Trace;
import org.cowcheck.memory.RmwOp;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;

/**
 * Which guesses can come true together: each CPU needs a path on which its guessed reads return
 * their values and have open pairs.
 *
 * <p>A guessed value was written by another CPU. By coherence what the CPU reads from that word
 * later was written by some CPU, too: where all writes are known constants, it returns one of them
 * and not the initial value.
 */
final class GuessedPaths {
  private final ImmutableList<Paths> paths;
  private final OpenPairs pairs;
  private final ImmutableSetMultimap<Word, Long> written;
  private final Runnable step;
  private final Map<Set<Guess>, Boolean> known = new ConcurrentHashMap<>();

  /**
   * Paths of a program.
   *
   * @param written the values that are written to words of which all writes are constant
   * @param step is run before each run; throws to stop
   */
  GuessedPaths(
      ImmutableList<Paths> paths, OpenPairs pairs, SetMultimap<Word, Long> written, Runnable step) {
    this.paths = paths;
    this.pairs = pairs;
    this.written = ImmutableSetMultimap.copyOf(written);
    this.step = step;
  }

  /** The constants that are written to words that nobody writes anything else to. */
  static SetMultimap<Word, Long> constants(ImmutableList<ImmutableList<Trace>> runs) {
    ImmutableSetMultimap.Builder<Word, Long> constants = ImmutableSetMultimap.builder();
    Set<Word> others = new HashSet<>();
    for (Trace run : runs.stream().flatMap(ImmutableList::stream).toList()) {
      for (Event write : run.events()) {
        if (write.isWrite() && isConstant(run, write)) {
          constants.put(write.word(), write.value());
        } else if (write.isWrite()) {
          others.add(write.word());
        }
      }
    }
    return constants.build().entries().stream()
        .filter(entry -> !others.contains(entry.getKey()))
        .collect(
            ImmutableSetMultimap.toImmutableSetMultimap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** Whether a write of a run writes the same value whatever the run has read. */
  static boolean isConstant(Trace run, Event write) {
    if (write.dataReads().length == 0) {
      return true;
    }
    Event.Update update = write.update();
    boolean isComputed =
        update != null && update.op() != RmwOp.XCHG && update.op() != RmwOp.CMPXCHG;
    int access = update == null ? write.index() : write.index() - 1;
    return !isComputed
        && run.notes().stream()
            .anyMatch(note -> note.name().equals(Paths.CONSTANT) && note.position() == access);
  }

  /** What a read returns on a path: anything, or what makes its update succeed or fail. */
  static ImmutableList<Long> outcomes(Event read) {
    if (read.lockRole() == LockRole.TRY_READ) {
      return ImmutableList.of(Spinlock.UNLOCKED, Spinlock.LOCKED);
    }
    Event.Update update = read.update();
    if (update == null) {
      return ImmutableList.of(0L);
    }
    return switch (update.op()) {
      case CMPXCHG -> ImmutableList.of(update.a(), update.a() + 1);
      case ADD_UNLESS -> ImmutableList.of(update.b(), update.b() + 1);
      case OR_IF_CLEAR, CLEAR_IF_SET -> ImmutableList.of(0L, update.a());
      case ADD, AND, OR, XCHG -> ImmutableList.of(0L);
    };
  }

  /** Whether each CPU has such a path. */
  boolean canComeTrue(Set<Guess> guesses) {
    return guesses.stream().collect(Collectors.groupingBy(Guess::cpu)).values().stream()
        .allMatch(ofCpu -> known.computeIfAbsent(ImmutableSet.copyOf(ofCpu), this::haveOpenPairs));
  }

  private boolean haveOpenPairs(Set<Guess> guesses) {
    int cpu = guesses.iterator().next().cpu();
    Set<Integer> meant = new HashSet<>();
    return TraceCpu.all(
            paths.get(cpu), cpu, read -> values(guesses, read, meant), meant::contains, step)
        .stream()
        .anyMatch(run -> guesses.stream().allMatch(guess -> isOpen(guess, run)));
  }

  /** What a read returns where the guesses come true; notes whether that is meant. */
  private ImmutableList<Long> values(Set<Guess> guesses, Event read, Set<Integer> meant) {
    ImmutableSet<Long> values = ImmutableSet.of();
    for (Guess guess : guesses) {
      if (guess.word() == read.word() && guess.index() == read.index()) {
        meant.add(read.index());
        return ImmutableList.of(guess.value());
      }
      if (guess.word() == read.word() && guess.index() < read.index()) {
        values = written.get(read.word());
      }
    }
    if (values.isEmpty() || (values.size() > 1 && read.lockRole() != LockRole.NONE)) {
      meant.remove(read.index());
      return outcomes(read);
    }
    meant.add(read.index());
    return values.asList();
  }

  private boolean isOpen(Guess guess, Trace run) {
    return pairs.in(run).stream()
        .map(pair -> run.events().get(pair.read()))
        .anyMatch(read -> read.index() == guess.index() && read.word() == guess.word());
  }
}
