package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.Random;
import java.util.function.Supplier;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.execution.Graph;

/**
 * Estimates how many executions a program has, by random probes of the tree of branches (Knuth,
 * Estimating the Efficiency of Backtrack Programs, 1975): a probe goes down to one of the branches
 * that growing a branch has left, and counts what it finds as often as it had choices on its way.
 * The mean is right; a single probe may be far off, and so may the mean of few.
 */
final class Estimate {
  private static final int MAX_PROBES = 20_000;
  private static final long SEED = 1975;

  private final Supplier<Branch> root;
  private final Counter counter;
  private final Grower grower;
  private final Random random = new Random(SEED);

  /** Counts executions without judging them: by what is left to be judged, some may not be. */
  private static final class Counter extends Search {
    private long executions;

    Counter(MemoryModel model, Limits limits) {
      super(model, execution -> "", limits);
    }

    @Override
    void complete(Graph graph, ImmutableList<CpuState> states) {
      executions += states.stream().allMatch(CpuState::finished) ? 1 : 0;
    }
  }

  /**
   * An estimate of one program.
   *
   * @param root makes the branch that has not been grown at all
   */
  Estimate(Programs programs, MemoryModel model, Search.Limits limits, Supplier<Branch> root) {
    this.root = root;
    this.counter = new Counter(model, limits);
    this.grower = new Grower(programs, counter, Grower.StandIns.NONE);
  }

  /** Probes for so long at most; returns the mean of the probes, 0 if there was time for none. */
  double executions(Duration time) {
    long deadline = System.nanoTime() + time.toNanos();
    double sum = 0;
    int probes = 0;
    while (probes < MAX_PROBES && System.nanoTime() < deadline && !counter.isStopped()) {
      sum += probe();
      probes++;
    }
    return probes == 0 ? 0 : sum / probes;
  }

  private double probe() {
    double found = 0;
    double weight = 1;
    Branch branch = root.get();
    while (branch != null) {
      long before = counter.executions;
      grower.grow(branch);
      found += weight * (counter.executions - before);
      ImmutableList<Branch> choices = ImmutableList.copyOf(grower.branches());
      grower.branches().clear();
      weight *= choices.size();
      branch = choices.isEmpty() ? null : choices.get(random.nextInt(choices.size()));
    }
    return found;
  }
}
