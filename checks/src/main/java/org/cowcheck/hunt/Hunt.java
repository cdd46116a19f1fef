package org.cowcheck.hunt;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.cowcheck.ablation.Column;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.Journal;
import org.cowcheck.nightly.Plan;
import org.cowcheck.patch.Platform;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Verdict;

/**
 * A hunt: programs in order of size, each under all memory models, until all are answered or it is
 * ended.
 *
 * <h2>What is not run</h2>
 *
 * <ul>
 *   <li>A program that contains one that breaks something under the same model and platform: it
 *       tells nothing new. All programs of a size are answered before one of the next is begun, so
 *       which these are is the same for any number of threads.
 *   <li>A program that breaks something under sequential consistency, under another model on the
 *       same platform: what an interleaving does every model allows.
 *   <li>A program whose CPUs are independent, see {@link Footprint}: one execution is looked at,
 *       under one model.
 * </ul>
 *
 * <h2>What is run first</h2>
 *
 * All programs of a size are explored briefly, then those that have more executions again and
 * again, each time eight times as far as before: most of what breaks breaks early, and is known
 * when time is up.
 *
 * <h2>Going on</h2>
 *
 * The answers of each program that was run are in the journal before it counts as done, so that
 * neither is one lost nor a program run twice if the process is killed. What was not run is found
 * out again.
 */
public final class Hunt {
  /** How much farther a program is explored each time. */
  private static final int DEEPER = 8;

  private final Quarry quarry;
  private final Optional<Journal> journal;
  private final BooleanSupplier over;
  private final Onlooker onlooker;
  private final Tally tally;
  private final Map<Column, Containment> broken = new HashMap<>();
  private final List<Case> postponed = new ArrayList<>();
  private final List<Found> violations = new ArrayList<>();
  private final List<Finished> finished = new ArrayList<>();
  private final AtomicLong unwritten = new AtomicLong();
  private Ledger ledger;

  /** Sees what happens; called by all threads. */
  public interface Onlooker {
    /**
     * A hunt begins, or goes on.
     *
     * @param cells how many programs there are, under each model and platform
     * @param answered how many answers an earlier process has left
     */
    default void starts(int run, long cells, int answered) {}

    /** A program is begun. */
    default void begins(ClientProgram program) {}

    /**
     * A program is left.
     *
     * @param isAnswered whether it is answered under all models, or comes again
     */
    default void ends(ClientProgram program, boolean isAnswered) {}

    /** A program breaks something; it is told of once under each model. */
    default void found(Violation violation) {}

    /** An answer is there, and the journal could not be written. */
    default void unwritten(ClientProgram program, IOException e) {}
  }

  /** A program with its place in the order of all. */
  private record Place(long number, ClientProgram program) {}

  private record Found(long number, int column, Violation violation) {}

  private record Finished(long number, Column column, ClientProgram program, Entry.CellDone done) {}

  /**
   * A hunt.
   *
   * @param journal where answers go; without one all are lost when the process ends
   * @param over whether time is up, or somebody has ended it
   */
  public Hunt(Quarry quarry, Optional<Journal> journal, BooleanSupplier over, Onlooker onlooker) {
    this.quarry = quarry;
    this.journal = journal;
    this.over = over;
    this.onlooker = onlooker;
    this.tally = new Tally(quarry.columns());
    quarry.columns().forEach(column -> broken.put(column, new Containment()));
  }

  /** Hunts on so many threads. */
  public Bag run(int threads) throws IOException, InterruptedException {
    Map<Integer, Long> sizes = new LinkedHashMap<>();
    for (int size : quarry.programs().sizes()) {
      sizes.put(size, count(size));
    }
    long programs = sizes.values().stream().mapToLong(Long::longValue).sum();
    ledger = Ledger.open(journal, quarry, programs * quarry.columns().size());
    onlooker.starts(ledger.run(), programs, ledger.size());
    long number = 0;
    for (int size : sizes.keySet()) {
      if (!over.getAsBoolean()) {
        run(new Places(number, quarry.programs().ofSize(size)), threads);
        for (ImmutableList<Case> others = postponed();
            !others.isEmpty() && !over.getAsBoolean();
            others = postponed()) {
          Iterator<Case> next = others.iterator();
          run(() -> next(next), threads);
          synchronized (this) {
            next.forEachRemaining(postponed::add);
          }
        }
      }
      number += sizes.get(size);
    }
    Bag bag = bag(sizes);
    if (unwritten.get() == 0) {
      ledger.end(bag.left());
    }
    return bag;
  }

  private long count(int size) {
    if (quarry.shard().equals(Plan.Shard.WHOLE)) {
      return quarry.programs().count(size);
    }
    Iterator<ClientProgram> programs = quarry.programs().ofSize(size);
    long count = 0;
    while (programs.hasNext()) {
      count += quarry.has(programs.next()) ? 1 : 0;
    }
    return count;
  }

  /** What workers are given, one after the other. */
  private interface Cases {
    Optional<Case> next();
  }

  private static Optional<Case> next(Iterator<Case> cases) {
    synchronized (cases) {
      return cases.hasNext() ? Optional.of(cases.next()) : Optional.empty();
    }
  }

  /** The programs of one size that have more executions than were explored so far, in order. */
  private synchronized ImmutableList<Case> postponed() {
    ImmutableList<Case> cases =
        ImmutableList.sortedCopyOf(Comparator.comparingLong(one -> one.place.number()), postponed);
    postponed.clear();
    return cases;
  }

  /** Hands out the programs of one size, to be explored briefly. */
  private final class Places implements Cases {
    private final Iterator<ClientProgram> programs;
    private long number;

    Places(long first, Iterator<ClientProgram> programs) {
      this.number = first;
      this.programs = programs;
    }

    @Override
    public synchronized Optional<Case> next() {
      while (programs.hasNext()) {
        ClientProgram program = programs.next();
        if (quarry.has(program)) {
          return Optional.of(new Case(new Place(number++, program)));
        }
      }
      return Optional.empty();
    }
  }

  private void run(Cases cases, int threads) throws InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> workers = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        workers.add(pool.submit(() -> work(cases)));
      }
      for (Future<?> worker : workers) {
        worker.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }

  private void work(Cases cases) {
    while (!over.getAsBoolean()) {
      Optional<Case> next = cases.next();
      if (next.isEmpty()) {
        return;
      }
      next.orElseThrow().goOn();
    }
  }

  /** One program under all models. */
  private final class Case {
    private final Place place;
    private final ClientProgram program;
    private final Map<Platform, Optional<Outcome>> only = new EnumMap<>(Platform.class);
    private final Map<Platform, Violation> bySc = new EnumMap<>(Platform.class);
    private final Map<Column, Fate> fates = new LinkedHashMap<>();

    /** How far it was explored where that is not enough. */
    private final Map<Column, Long> reached = new HashMap<>();

    private final List<Violation> found = new ArrayList<>();
    private final List<Entry.CellDone> fresh = new ArrayList<>();
    private final List<Finished> answers = new ArrayList<>();
    private long most = Math.min(Answer.BRIEFLY, quarry.maxExecutions());

    Case(Place place) {
      this.place = place;
      this.program = place.program();
    }

    /** Answers the program, at first briefly, and each time deeper; keeps the answers. */
    void goOn() {
      onlooker.begins(program);
      Map<Column, Fate> now = new LinkedHashMap<>();
      for (Column column : quarry.columns()) {
        if (!fates.containsKey(column) && !over.getAsBoolean()) {
          fate(column).ifPresent(fate -> now.put(column, fate));
        }
      }
      fates.putAll(now);
      most = Math.min(most * DEEPER, quarry.maxExecutions());
      keep(now);
      onlooker.ends(program, fates.size() == quarry.columns().size());
    }

    private void keep(Map<Column, Fate> now) {
      try {
        ledger.append(fresh);
      } catch (IOException e) {
        unwritten.addAndGet(fresh.size());
        onlooker.unwritten(program, e);
      }
      now.forEach((column, fate) -> tally.add(column, program.size(), fate));
      synchronized (Hunt.this) {
        finished.addAll(answers);
        for (Violation violation : found) {
          Column column = new Column(violation.cell().model(), violation.cell().platform());
          violations.add(new Found(place.number(), quarry.columns().indexOf(column), violation));
        }
        if (fates.size() < quarry.columns().size()) {
          postponed.add(this);
        }
      }
      found.forEach(onlooker::found);
      found.clear();
      fresh.clear();
      answers.clear();
      only.clear();
    }

    /** What becomes of the program under a model; nothing if that takes longer. */
    private Optional<Fate> fate(Column column) {
      if (broken.get(column).covers(program)) {
        return Optional.of(Fate.CONTAINING);
      }
      Cell cell = quarry.cell(program, column);
      Violation known = bySc.get(column.platform());
      if (known != null) {
        add(column, new Violation(program, cell, known.outcome().in(cell), true));
        return Optional.of(Fate.INHERITED);
      }
      Optional<Entry.CellDone> before = ledger.known(Answer.key(cell));
      try {
        return before.isPresent()
            ? Optional.of(again(column, cell, before.orElseThrow()))
            : first(column, cell);
      } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
        keep(column, Answer.failed(ledger.run(), cell, quarry.command(cell), e), true);
        return Optional.of(Fate.FAILED);
      }
    }

    private Fate again(Column column, Cell cell, Entry.CellDone done) {
      keep(column, done, false);
      if (done.verdict().equals(Entry.CellDone.FAILED)) {
        return Fate.FAILED;
      }
      Outcome outcome = Answer.outcome(cell, done);
      return judge(column, outcome, done.clean());
    }

    private Optional<Fate> first(Column column, Cell cell) {
      Optional<Outcome> one = onlyExecution(column.platform(), cell);
      if (one.isPresent()) {
        Outcome outcome = one.orElseThrow().in(cell);
        if (outcome.isClean()) {
          return Optional.of(Fate.INDEPENDENT);
        }
        keep(column, Answer.entry(ledger.run(), outcome, quarry.command(cell)), true);
        return Optional.of(judge(column, outcome, false));
      }
      ScenarioCheck check = new ScenarioCheck(cell, MemoryModels.named(column.model()));
      Optional<Outcome> outcome = Answer.of(check, quarry, most, over);
      if (outcome.isEmpty()) {
        if (!over.getAsBoolean()) {
          reached.put(column, most);
        }
        return Optional.empty();
      }
      reached.remove(column);
      Outcome known = outcome.orElseThrow();
      keep(column, Answer.entry(ledger.run(), known, quarry.command(cell)), true);
      return Optional.of(judge(column, known, known.isClean()));
    }

    /** The only execution of a program of independent CPUs. */
    private Optional<Outcome> onlyExecution(Platform platform, Cell cell) {
      if (program.cpus().size() == 1 || most > Answer.BRIEFLY) {
        return Optional.empty();
      }
      return only.computeIfAbsent(
          platform,
          any -> {
            ScenarioCheck check = new ScenarioCheck(cell, MemoryModels.named(cell.model()));
            return Footprint.areIndependent(check.setting())
                ? Optional.of(Answer.onlyExecution(check))
                : Optional.empty();
          });
    }

    private Fate judge(Column column, Outcome outcome, boolean isClean) {
      if (outcome.verdict() == Verdict.SOMETIMES
          || (outcome.verdict() == Verdict.NEVER && !isClean)) {
        Violation violation = new Violation(program, outcome.cell(), outcome, false);
        add(column, violation);
        if (column.model().equals(Quarry.SC)) {
          bySc.put(column.platform(), violation);
        }
        return Fate.VIOLATED;
      }
      return outcome.verdict() == Verdict.UNKNOWN ? Fate.UNKNOWN : Fate.SAFE;
    }

    private void add(Column column, Violation violation) {
      broken.get(column).add(program);
      found.add(violation);
    }

    private void keep(Column column, Entry.CellDone done, boolean isFresh) {
      answers.add(new Finished(place.number(), column, program, done));
      if (isFresh) {
        fresh.add(done);
      }
    }
  }

  /** What was begun, and how far it was explored; after it is over. */
  private ImmutableList<Bag.Begun> begun() {
    return postponed().stream()
        .flatMap(
            one ->
                quarry.columns().stream()
                    .filter(column -> one.reached.containsKey(column))
                    .map(
                        column ->
                            new Bag.Begun(
                                quarry.cell(one.program, column), one.reached.get(column))))
        .collect(ImmutableList.toImmutableList());
  }

  private synchronized Bag bag(Map<Integer, Long> sizes) {
    return new Bag(
        ledger.run(),
        ImmutableList.copyOf(
            sizes.keySet().stream()
                .map(
                    size ->
                        new Bag.OfSize(
                            size,
                            sizes.get(size),
                            quarry.columns().stream()
                                .map(column -> new Bag.Fates(column, tally.of(column, size)))
                                .collect(ImmutableList.toImmutableList())))
                .toList()),
        violations.stream()
            .sorted(Comparator.comparingLong(Found::number).thenComparingInt(Found::column))
            .map(Found::violation)
            .collect(ImmutableList.toImmutableList()),
        finished.stream()
            .sorted(
                Comparator.comparingLong(Finished::number)
                    .thenComparing(one -> quarry.columns().indexOf(one.column())))
            .map(Finished::done)
            .collect(ImmutableList.toImmutableList()),
        begun(),
        unwritten.get());
  }
}
