package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.cowcheck.consistency.Judgement;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.explore.Speculation.Guess;
import org.cowcheck.explore.TraceCpu.Trace;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Word;

/**
 * Finds the consistent executions that {@link Explorer} does not: those in which po | rf has a
 * cycle.
 *
 * <p>A read in such a cycle returns a value before the write of that value is there, so values are
 * guessed. Which reads can be on a consistent cycle is seen from the {@link OpenPairs} of the
 * program's paths. If others write constants only to what these reads read, there are few guesses,
 * and {@link Speculation} explores the rest; if not, {@link GuessedValues} tries all values for all
 * reads, in time exponential in the size of the program, and gives up after a while.
 */
public final class LoadBuffering {
  private static final int POLL_INTERVAL = 256;

  /** How many runs are made when every read's value is guessed, and how many choices tried. */
  private static final long RUNS = 200_000;

  private static final long CHOICES = 100_000_000;

  private final ImmutableList<Word> words;
  private final ImmutableList<ToLongFunction<Cpu>> programs;
  private final ImmutableList<Paths> paths;
  private final MemoryModel model;
  private final Watch watch;
  private final Consumer<Execution> visitor;
  private long steps;

  /**
   * A search.
   *
   * @param paths the same programs without values; empty if they cannot be run so
   * @param visitor sees each consistent execution once
   */
  public LoadBuffering(
      ImmutableList<Word> words,
      ImmutableList<ToLongFunction<Cpu>> programs,
      ImmutableList<Paths> paths,
      MemoryModel model,
      Watch watch,
      Consumer<Execution> visitor) {
    this.words = words;
    this.programs = programs;
    this.paths = paths;
    this.model = model;
    this.watch = watch;
    this.visitor = visitor;
  }

  /**
   * Searches, on so many threads; returns why it stopped before it was complete, or the empty
   * string.
   */
  public String search(int threads) {
    if (!model.allowsLoadBuffering()) {
      return "";
    }
    try {
      return paths.isEmpty() ? guessAll() : speculate(threads);
    } catch (Expired e) {
      return e.getMessage();
    }
  }

  /** Thrown when the watch has expired, or there are too many guesses. */
  private static final class Expired extends RuntimeException {
    private static final long serialVersionUID = 1;

    Expired(String reason) {
      super(reason, null, false, false);
    }
  }

  private void poll() {
    if (++steps % POLL_INTERVAL == 0) {
      String expired = watch.expired();
      if (!expired.isEmpty()) {
        throw new Expired(expired);
      }
    }
  }

  private String guessAll() {
    Runnable run = limited(RUNS, "%,d runs with guessed values, for load buffering");
    Runnable choice = limited(CHOICES, "%,d choices among them, for load buffering");
    new Candidates(words, programs, new GuessedValues(words, model, run, choice, this::judge))
        .visit();
    return "";
  }

  /** Something to be run at each step, of which there may be so many. */
  private Runnable limited(long most, String reason) {
    AtomicLong count = new AtomicLong();
    return () -> {
      poll();
      if (count.incrementAndGet() > most) {
        throw new Expired(String.format(reason, most));
      }
    };
  }

  private void judge(Graph graph, ImmutableList<CpuState> cpus) {
    Judgement judgement = model.judge(graph);
    if (judgement.isConsistent()) {
      visitor.accept(new Execution(graph.copy(), cpus, model, "", judgement.flags()));
    }
  }

  // Speculation.

  private String speculate(int threads) {
    ImmutableList.Builder<ImmutableList<Trace>> all = ImmutableList.builder();
    for (int cpu = 0; cpu < paths.size(); cpu++) {
      all.add(
          TraceCpu.all(paths.get(cpu), cpu, GuessedPaths::outcomes, index -> false, this::poll));
    }
    ImmutableList<ImmutableList<Trace>> runs = all.build();
    OpenPairs pairs = new OpenPairs(words, runs, model);
    GuessedPaths together =
        new GuessedPaths(paths, pairs, GuessedPaths.constants(runs), this::poll);
    Optional<ImmutableSet<Guess>> guesses = guesses(runs, pairs, together);
    if (guesses.isEmpty()) {
      return guessAll();
    }
    if (guesses.get().isEmpty()) {
      return "";
    }
    return new Speculation(
            words, programs, pairs, together, guesses.get(), model, watch, this::judge)
        .search(threads);
  }

  /**
   * What reads of open pairs may return too early: constants that other CPUs write. Empty if such a
   * CPU may write something else.
   */
  private Optional<ImmutableSet<Guess>> guesses(
      ImmutableList<ImmutableList<Trace>> runs, OpenPairs pairs, GuessedPaths together) {
    ImmutableSet.Builder<Guess> guesses = ImmutableSet.builder();
    ImmutableSet.Builder<Guess> ofUpdates = ImmutableSet.builder();
    for (Trace run : runs.stream().flatMap(ImmutableList::stream).toList()) {
      poll();
      for (OpenPairs.Pair pair : pairs.in(run)) {
        Event read = run.events().get(pair.read());
        for (Trace other : runs.stream().flatMap(ImmutableList::stream).toList()) {
          for (Event write : other.events()) {
            if (write.isWrite() && write.word() == read.word() && write.cpu() != read.cpu()) {
              if (!GuessedPaths.isConstant(other, write)) {
                return Optional.empty();
              }
              boolean plainRead = read.update() == null && read.lockRole() == LockRole.NONE;
              (plainRead ? guesses : ofUpdates)
                  .add(new Guess(read.cpu(), read.index(), read.word(), write.value()));
            }
          }
        }
      }
    }
    guesses.build().stream()
        .filter(guess -> together.canComeTrue(ImmutableSet.of(guess)))
        .forEach(ofUpdates::add);
    return Optional.of(ofUpdates.build());
  }
}
