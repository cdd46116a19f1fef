package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.ToLongFunction;
import org.cowcheck.consistency.Growth;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.execution.Graph;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Word;

/**
 * Explores every consistent execution of a program, each once, in memory that is polynomial in the
 * size of one execution.
 *
 * <h2>The search</h2>
 *
 * TruSt (Kokologiannakis, Marmanis, Gladstein, Vafeiadis: Truly Stateless, Optimal Dynamic Partial
 * Order Reduction, POPL 2022, algorithms 1 and 2). A graph grows by one event at a time. A read
 * tries every write of its word. A write tries every place in coherence order; then it revisits
 * reads of its word that are not in its own (po | rf)-prefix: what was added after such a read and
 * is not in the prefix is deleted, and the read reads from the write. So that no graph is reached
 * twice, a revisit is allowed only if the read and everything deleted were added maximally: each
 * such read read from, and each such write was placed at, the end of coherence order as it was
 * then.
 *
 * <p>The search is complete for executions in which po | rf is acyclic. It needs a model whose
 * {@link MemoryModel#mayGrow} is closed under (po | rf)-prefixes and lets a graph grow maximally.
 * What a model checks beyond that is checked on complete executions.
 *
 * <h2>Grace periods</h2>
 *
 * The axiom of grace periods is closed under prefixes, but a graph that keeps it cannot always grow
 * maximally: an open section may have to read what is old. So it is checked on complete executions.
 * With two CPUs {@link #ofEndingSections} a graph is given up before that if a grace period g has
 * {@link MemoryModel#skipsSections skipped} a section: s in the section comes before e by one step
 * of communication, e before g and g before f in program order, and f before t in the section.
 * Nothing that grows from there is an execution:
 *
 * <ul>
 *   <li>An event that is added leaves these steps as they are.
 *   <li>A write w of the CPU that has waited has e, g and f in its prefix. What it revisits is a
 *       read r of the section's CPU, which deletes all that follows there. If s were r or deleted,
 *       it would have been added maximally; but e, in the prefix, overwrites it, or what it reads,
 *       or reads it. So s is kept, and the section with it. If t is not, then r is in the section,
 *       and reads from w, after g.
 *   <li>A write of the section's CPU has s and t in its prefix. If f were the read that it revisits
 *       or deleted, it would have been added maximally; but t overwrites it, or what it reads, or
 *       reads it. So f is kept, and what is before it.
 * </ul>
 *
 * A third CPU's writes have neither in their prefix, so that with three the axiom waits.
 *
 * <h2>Read-modify-writes</h2>
 *
 * The read is added like any read; its write follows at once, right after the read's source in
 * coherence order. A read whose source another read-modify-write has taken leads to no execution of
 * its own, but its write revisits the other read.
 *
 * <h2>Locks</h2>
 *
 * Lock sections of a word form a chain; see {@link LockChain}. A graph in which all CPUs that are
 * not finished wait for a lock is a deadlock.
 */
public final class Explorer {
  private final ImmutableList<Word> words;
  private final Programs programs;
  private final MemoryModel model;
  private final Bounds bounds;
  private final Visitor visitor;
  private final LongConsumer progress;
  private final Watch watch;

  /**
   * Looks at every complete execution and says what is broken in it, or the empty string. Called by
   * all threads of an exploration, at the same time.
   */
  public interface Visitor {
    String visit(Execution execution);
  }

  /**
   * An exploration of a program.
   *
   * @param words the shared memory at its initial values
   * @param programs one per CPU
   * @param model what is consistent
   * @param bounds where to stop
   * @param visitor looks at every complete execution; a deadlock is broken without asking it
   * @param progress is told the number of executions now and then
   * @param watch is asked now and then whether to stop
   */
  public Explorer(
      ImmutableList<Word> words,
      ImmutableList<ToLongFunction<Cpu>> programs,
      MemoryModel model,
      Bounds bounds,
      Visitor visitor,
      LongConsumer progress,
      Watch watch) {
    this(words, new Programs(programs, false), model, bounds, visitor, progress, watch);
  }

  private Explorer(
      ImmutableList<Word> words,
      Programs programs,
      MemoryModel model,
      Bounds bounds,
      Visitor visitor,
      LongConsumer progress,
      Watch watch) {
    this.words = words;
    this.programs = programs;
    this.model = model;
    this.bounds = bounds;
    this.visitor = visitor;
    this.progress = progress;
    this.watch = watch;
  }

  /**
   * The same exploration, of programs that end every section that they begin: it gives graphs up in
   * which a grace period has skipped a section. It finds the same, but for deadlocks in which a CPU
   * waits for ever in such a section; no grace period ends there.
   */
  Explorer ofEndingSections() {
    Programs ending = new Programs(programs.ofCpus(), true);
    return new Explorer(words, ending, model, bounds, visitor, progress, watch);
  }

  /** Explores, on the thread that calls. */
  public Exploration explore() {
    return explore(1);
  }

  /** Explores on so many threads. If nothing cuts it short, what it finds is always the same. */
  public Exploration explore(int threads) {
    return explore(threads, Grower.StandIns.NONE);
  }

  /** Explores a program of which some reads may be others in their place. */
  Exploration explore(int threads, Grower.StandIns standIns) {
    Search.Limits limits = new Search.Limits(bounds, watch, progress, words.size());
    Frontier frontier = new Frontier(threads);
    frontier.give(root());
    List<Worker> workers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      workers.add(
          new Worker(programs, new Search(model, visitor, limits), limits, frontier, standIns));
    }
    Worker.runAll(workers);
    Search found = workers.get(0).search();
    workers.stream().skip(1).forEach(worker -> found.merge(worker.search()));
    return found.found();
  }

  private Branch root() {
    Graph graph = new Graph(words, programs.size());
    Growth growth = model.growth().of(graph);
    int first = programs.size() == 0 ? -1 : 0;
    return new Branch(graph, growth, new CpuState[programs.size()], first);
  }

  /** About how many executions there are, from as many random probes as there is time for. */
  public double estimate(Duration time) {
    Search.Limits limits = new Search.Limits(Bounds.NONE, watch, count -> {}, words.size());
    return new Estimate(programs, model, limits, this::root).executions(time);
  }
}
