package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.cowcheck.consistency.Judgement;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.memory.Fence;
import org.cowcheck.verdict.RacingPair;

/**
 * What one worker finds, and whether it still goes on.
 *
 * <p>Workers share the bounds through {@link Limits}; everything else is their own until {@link
 * #merge}.
 */
class Search {
  private static final int POLL_INTERVAL = 256;

  private final MemoryModel model;
  private final Explorer.Visitor visitor;
  private final Limits limits;
  private final TreeSet<RacingPair> races = new TreeSet<>();
  private final TreeSet<String> flags = new TreeSet<>();
  private long polls;
  private Execution violation;
  private long executions;
  private long blocked;

  /** What stops all workers. */
  static final class Limits {
    private final Bounds bounds;
    private final Watch watch;
    private final LongConsumer progress;
    private final int words;
    private final AtomicLong executions = new AtomicLong();
    private volatile String stopped = "";
    private volatile boolean isCutShort;
    private volatile boolean hasGracePeriods;

    Limits(Bounds bounds, Watch watch, LongConsumer progress, int words) {
      this.bounds = bounds;
      this.watch = watch;
      this.progress = progress;
      this.words = words;
    }

    boolean isStopped() {
      return !stopped.isEmpty();
    }

    private synchronized void stop(String reason) {
      if (stopped.isEmpty()) {
        stopped = reason;
      }
    }

    /** Notes that something was left out when the search stopped. */
    void cutShort() {
      isCutShort = true;
    }

    /** The bound that cut the search short, or the empty string. */
    String reason() {
      return isCutShort ? stopped : "";
    }

    /** Whether one more execution counts. */
    private boolean counts() {
      long count = executions.incrementAndGet();
      if (count == bounds.maxExecutions()) {
        stop("--max-executions " + bounds.maxExecutions());
      }
      return count <= bounds.maxExecutions();
    }

    private void poll() {
      progress.accept(executions.get());
      String expired = watch.expired();
      if (!expired.isEmpty()) {
        stop(expired);
      }
    }
  }

  Search(MemoryModel model, Explorer.Visitor visitor, Limits limits) {
    this.model = model;
    this.visitor = visitor;
    this.limits = limits;
  }

  /** Whether a bound is reached; to be asked wherever the search may stay for long. */
  boolean isStopped() {
    if (++polls % POLL_INTERVAL == 0) {
      limits.poll();
    }
    if (limits.isStopped()) {
      limits.cutShort();
      return true;
    }
    return false;
  }

  /** Whether a graph may get one event more. */
  boolean goesOn(Graph graph) {
    if (graph.size() - limits.words >= limits.bounds.maxEvents()) {
      limits.stop("--max-events " + limits.bounds.maxEvents());
    }
    return !isStopped();
  }

  /** Sees a fence that some graph gets. */
  void see(Fence fence) {
    if (fence.isGracePeriod()) {
      limits.hasGracePeriods = true;
    }
  }

  /**
   * Whether no execution comes from a graph of two CPUs that end their sections, for a grace period
   * has skipped one for good; see {@link Explorer}.
   */
  boolean isLost(Graph graph) {
    return limits.hasGracePeriods && graph.cpus() == 2 && model.skipsSections(graph);
  }

  /** Takes a complete graph, if it is an execution. */
  void complete(Graph graph, ImmutableList<CpuState> states) {
    Judgement judgement = model.judgeGrown(graph);
    if (!judgement.isConsistent()) {
      return;
    }
    Execution execution = new Execution(graph, states, model, "", judgement.flags());
    if (!execution.isFinished()) {
      blocked++;
    } else if (limits.counts()) {
      executions++;
      flags.addAll(judgement.flags());
      for (Judgement.Race race : judgement.races()) {
        races.add(racingPair(graph.event(race.first()), graph.event(race.second())));
      }
    } else {
      limits.cutShort();
      return;
    }
    String broken = Replay.broken(execution, visitor);
    if (!broken.isEmpty()) {
      accept(new Execution(graph, states, model, broken));
    }
  }

  private void accept(Execution found) {
    if (violation == null || found.compareTo(violation) < 0) {
      violation = found;
    }
  }

  /** Adds what another worker found. */
  void merge(Search other) {
    executions += other.executions;
    blocked += other.blocked;
    races.addAll(other.races);
    flags.addAll(other.flags);
    if (other.violation != null) {
      accept(other.violation);
    }
  }

  /** What was found. */
  Exploration found() {
    limits.progress.accept(executions);
    return new Exploration(
        executions,
        blocked,
        Optional.ofNullable(violation),
        ImmutableSortedSet.copyOf(races),
        ImmutableSortedSet.copyOf(flags),
        limits.reason());
  }

  private static RacingPair racingPair(Event a, Event b) {
    return RacingPair.of(a.word().name(), describe(a), describe(b));
  }

  private static String describe(Event event) {
    String step = event.step().label().isEmpty() ? "event " + event.index() : event.step().label();
    return "CPU" + event.cpu() + " " + step + (event.isRead() ? " load" : " store");
  }
}
