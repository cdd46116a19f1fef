package org.cowcheck.consistency;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.execution.Rows;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Order;
import org.cowcheck.memory.RmwOrder;

/**
 * The growth of a graph under LKMM: per marked access the sets of accesses before it in hb+, in pb,
 * and in {@code (overwrite & ext)? ; cumul-fence*}.
 *
 * <p>Barriers order prefixes of a CPU, so that their relations are sets of the CPU as it goes past
 * them ({@link PassedEvents}), and the sets of an event come from those of few others. An event
 * that reads from, or is placed at, the end of coherence order orders nothing before anything else.
 * Any other one is overwritten by what comes later there: it comes before all that these writes
 * come before in prop, which takes it to events of its own CPU in hb, and past strong fences in pb.
 *
 * <p>Left out, as no cycle needs them: initial writes, to which nothing leads, and grace periods,
 * which order what is before against what is after them as smp_mb() does. A graph with
 * smp_mb__after_unlock_lock(), whose effect depends on coherence, is left to {@link
 * LinuxKernel#mayGrow}.
 */
final class LinuxKernelGrowth extends StepwiseGrowth {
  private final LinuxKernel model;
  private boolean stateless;
  private int width;

  /** The width that some growth of the same search has come to need. */
  private final AtomicInteger widest;

  /** Per access, the accesses before it in hb, transitively. */
  private Rows hb;

  /** Per access, those right before it in pb. */
  private Rows pb;

  /** Per access, those before it in {@code (overwrite & ext)? ; cumul-fence*}, and itself. */
  private Rows cumulated;

  /** Per unlock, those that are so before an access before it in program order. */
  private Rows beforeUnlock;

  /** Per word its accesses. */
  private Rows words;

  private PassedEvents passed;

  /** Single rows, for what is worked out about one event. */
  private Rows rows;

  // The single rows.
  private static final int DIRECT = 0;
  private static final int CUMULATED = 1;
  private static final int PROP = 2;
  private static final int SOME = 3;
  private static final int LATER = 4;
  private static final int SEEN = 5;
  private static final int AFTER = 6;
  private static final int DEAD = 7;
  private static final int ROWS = 8;

  /** The growth of a graph that has nothing. */
  LinuxKernelGrowth(LinuxKernel model) {
    this(model, new AtomicInteger(1), 0, 0);
  }

  /** A growth that has followed nothing of a graph. */
  private LinuxKernelGrowth(LinuxKernel model, AtomicInteger widest, int words, int cpus) {
    this.model = model;
    this.widest = widest;
    width = widest.get();
    hb = new Rows(0, width);
    pb = new Rows(0, width);
    cumulated = new Rows(0, width);
    beforeUnlock = new Rows(0, width);
    this.words = new Rows(words, width);
    passed = new PassedEvents(cpus, width);
    rows = new Rows(ROWS, width);
  }

  private LinuxKernelGrowth(LinuxKernelGrowth other) {
    super(other);
    model = other.model;
    widest = other.widest;
    stateless = other.stateless;
    width = other.width;
    hb = other.hb.copy();
    pb = other.pb.copy();
    cumulated = other.cumulated.copy();
    beforeUnlock = other.beforeUnlock.copy();
    words = other.words.copy();
    passed = other.passed.copy();
    rows = new Rows(ROWS, width);
  }

  @Override
  public LinuxKernelGrowth copy() {
    return new LinuxKernelGrowth(this);
  }

  @Override
  LinuxKernelGrowth begin(Graph graph) {
    return new LinuxKernelGrowth(model, widest, graph.words(), graph.cpus());
  }

  @Override
  public void add(Graph graph, int id) {
    if (!stateless) {
      super.add(graph, id);
    }
  }

  @Override
  public Growth with(Graph graph, int id) {
    return stateless ? of(graph) : super.with(graph, id);
  }

  @Override
  public Growth revisited(Graph graph, Graph revisited, int[] newIds) {
    return stateless ? of(revisited) : super.revisited(graph, revisited, newIds);
  }

  @Override
  public Growth of(Graph graph) {
    for (int id = graph.words(); id < graph.size(); id++) {
      if (graph.event(id).fence() == Fence.AFTER_UNLOCK_LOCK) {
        return model.mayGrow(graph) ? statelessOne() : null;
      }
    }
    return super.of(graph);
  }

  private Growth statelessOne() {
    LinuxKernelGrowth result = new LinuxKernelGrowth(model);
    result.stateless = true;
    return result;
  }

  // What is kept of a graph.

  @Override
  public Growth released(Graph graph, int unlock, int read) {
    if (stateless) {
      return of(graph);
    }
    int[] kept = new int[graph.cpus()];
    Arrays.setAll(kept, graph::length);
    kept[graph.event(read).cpu()] = graph.event(read).index();
    if (!keep(graph, kept)) {
      return of(graph);
    }
    kept[graph.event(unlock).cpu()]--;
    return followRest(graph, kept) ? this : null;
  }

  @Override
  boolean keep(Graph graph, int[] kept) {
    rows.clear(DEAD);
    for (int cpu = 0; cpu < kept.length; cpu++) {
      for (int i = kept[cpu]; i < graph.length(cpu); i++) {
        forget(graph, graph.at(cpu, i));
      }
    }
    for (int number = 0; number < end(); number++) {
      if (isUsed(number) && isAfterDead(number)) {
        return false;
      }
    }
    for (int cpu = 0; cpu < kept.length; cpu++) {
      if (kept[cpu] < graph.length(cpu)) {
        passed.forget(cpu);
        for (int i = 0; i < kept[cpu]; i++) {
          enter(graph, graph.at(cpu, i));
          leave(graph, graph.at(cpu, i));
        }
      }
    }
    return true;
  }

  private boolean isAfterDead(int number) {
    return !hb.isDisjoint(number, rows, DEAD)
        || !pb.isDisjoint(number, rows, DEAD)
        || !cumulated.isDisjoint(number, rows, DEAD)
        || !beforeUnlock.isDisjoint(number, rows, DEAD);
  }

  private void forget(Graph graph, int id) {
    int number = release(id);
    if (number != NONE) {
      rows.add(DEAD, number);
      words.remove(graph.event(id).word().number(), number);
    }
  }

  // One event.

  @Override
  boolean follow(Graph graph, int id, boolean isLast) {
    enroll(graph, id);
    enter(graph, id);
    int number = number(id);
    boolean consistent = true;
    if (number != NONE) {
      boolean isOverwritten = !isLast && findLater(graph, id);
      findEarlier(graph, id, isLast);
      cumulated.set(number, rows, CUMULATED);
      hb.clear(number);
      pb.set(number, passed.sets(), passed.strong(graph.event(id).cpu()));
      hb.close(number, rows, DIRECT, pb);
      consistent = !isOverwritten || putBefore(graph, id);
    }
    leave(graph, id);
    return consistent;
  }

  /** Gives a marked access a number. */
  private void enroll(Graph graph, int id) {
    Event event = graph.event(id);
    if (event.isFence() || event.order() == Order.PLAIN) {
      return;
    }
    int number = assign(id);
    if (number == width << 6) {
      widen();
    }
    hb.grow(number + 1);
    pb.grow(number + 1);
    cumulated.grow(number + 1);
    beforeUnlock.grow(number + 1);
    beforeUnlock.clear(number);
    words.add(event.word().number(), number);
  }

  private void widen() {
    width = widest.accumulateAndGet(width + 1, Math::max);
    hb = hb.widened(width);
    pb = pb.widened(width);
    cumulated = cumulated.widened(width);
    beforeUnlock = beforeUnlock.widened(width);
    words = words.widened(width);
    rows = rows.widened(width);
    passed.widen(width);
  }

  /** Goes past a fence, or past what an access has of a barrier before it. */
  private void enter(Graph graph, int id) {
    Event event = graph.event(id);
    if (event.isFence()) {
      stateless |= event.fence() == Fence.AFTER_UNLOCK_LOCK;
      passed.fence(event.cpu(), event.fence());
    } else if (number(id) != NONE && event.update() != null) {
      passed.pendingBarrier(event.cpu());
      if (succeeds(graph, id) && event.update().order() == RmwOrder.FULL) {
        passed.fence(event.cpu(), Fence.SMP_MB);
      }
    }
  }

  /** Goes past an access whose sets are known. */
  private void leave(Graph graph, int id) {
    Event event = graph.event(id);
    int cpu = event.cpu();
    if (event.isFence()) {
      return;
    }
    int number = number(id);
    if (number == NONE) {
      if (event.isWrite()) {
        addAll(graph, cpu, event.addressReads(), passed.sets(), passed.plainAddresses(cpu));
      }
      return;
    }
    if (event.lockRole() == LockRole.UNLOCK) {
      beforeUnlock.set(number, passed.sets(), passed.cumulatedSoFar(cpu));
    }
    rows.set(CUMULATED, cumulated, number);
    int source = externalSource(graph, id);
    findPropagated(source);
    boolean succeeds = succeeds(graph, id);
    passed.access(cpu, event, succeeds, number, rows, CUMULATED, PROP);
    if (source != NONE && isTakenFrom(graph, id, succeeds)) {
      passed.takeLock(cpu, beforeUnlock, source);
    }
  }

  /** Whether an access is the read of a read-modify-write whose write follows. */
  private static boolean succeeds(Graph graph, int id) {
    return graph.event(id).isRead() && graph.event(id).writesAfter(graph.value(id));
  }

  private static boolean isTakenFrom(Graph graph, int read, boolean succeeds) {
    Event event = graph.event(read);
    return (event.lockRole() == LockRole.LOCK_READ
            || (event.lockRole() == LockRole.TRY_READ && succeeds))
        && graph.event(graph.rf(read)).lockRole() == LockRole.UNLOCK;
  }

  /** The number of the marked write on another CPU that an access reads from, if it does. */
  private int externalSource(Graph graph, int id) {
    Event event = graph.event(id);
    return event.isRead() && graph.event(graph.rf(id)).cpu() != event.cpu()
        ? number(graph.rf(id))
        : NONE;
  }

  // What comes before it.

  /** Fills the rows of what is right before an access in hb, and of what is cumulated. */
  private void findEarlier(Graph graph, int id, boolean isLast) {
    Event event = graph.event(id);
    int cpu = event.cpu();
    int number = number(id);
    rows.clear(DIRECT);
    rows.clear(CUMULATED);
    passed.orderBefore(cpu, event, rows, DIRECT, CUMULATED);
    addAll(graph, cpu, event.addressReads(), rows, DIRECT);
    if (event.isWrite()) {
      addBeforeWrite(graph, id, isLast);
    } else {
      addBeforeRead(graph, id);
    }
    rows.add(CUMULATED, number);
    // (prop \ id) & int
    findPropagated(externalSource(graph, id));
    rows.and(PROP, passed.sets(), passed.all(cpu));
    rows.or(DIRECT, rows, PROP);
  }

  /** Fills the row of what is before an access in prop: what is cumulated, then rfe, if any. */
  private void findPropagated(int externalSource) {
    rows.set(PROP, rows, CUMULATED);
    if (externalSource != NONE) {
      rows.or(PROP, cumulated, externalSource);
    }
  }

  /** Adds reads of a CPU, by their places in program order, as far as they are marked. */
  private void addAll(Graph graph, int cpu, int[] reads, Rows target, int row) {
    for (int read : reads) {
      int number = number(graph.at(cpu, read));
      if (number != NONE) {
        target.add(row, number);
      }
    }
  }

  /** Data and control dependencies, coherence on its own CPU, and overwriting on others. */
  private void addBeforeWrite(Graph graph, int id, boolean isLast) {
    Event event = graph.event(id);
    int cpu = event.cpu();
    int word = event.word().number();
    addAll(graph, cpu, event.dataReads(), rows, DIRECT);
    addAll(graph, cpu, event.controlReads(), rows, DIRECT);
    rows.set(SOME, words, word);
    rows.and(SOME, passed.sets(), passed.all(cpu));
    rows.or(DIRECT, rows, SOME);
    if (isLast || graph.write(word, graph.writes(word) - 1) == id) {
      rows.set(SOME, words, word);
      rows.minus(SOME, passed.sets(), passed.all(cpu));
      rows.or(CUMULATED, rows, SOME);
      return;
    }
    int place = graph.place(id);
    for (int other = graph.words(); other < graph.size(); other++) {
      Event access = graph.event(other);
      if (number(other) != NONE
          && access.word() == event.word()
          && access.cpu() != cpu
          && Placement.of(graph, other) < place) {
        rows.add(CUMULATED, number(other));
      }
    }
  }

  /** rfe, and {@code dep ; [Marked] ; rfi}. */
  private void addBeforeRead(Graph graph, int id) {
    int source = graph.rf(id);
    int cpu = graph.event(id).cpu();
    if (number(source) == NONE) {
      return;
    }
    if (graph.event(source).cpu() != cpu) {
      rows.add(DIRECT, number(source));
      return;
    }
    addAll(graph, cpu, graph.event(source).addressReads(), rows, DIRECT);
    addAll(graph, cpu, graph.event(source).dataReads(), rows, DIRECT);
  }

  // What comes after it, if it is overwritten.

  /** Finds the writes on other CPUs that overwrite an access; whether there are any. */
  private boolean findLater(Graph graph, int id) {
    Event event = graph.event(id);
    int word = event.word().number();
    boolean found = false;
    rows.clear(LATER);
    for (int place = Placement.of(graph, id) + 1; place < graph.writes(word); place++) {
      int write = graph.write(word, place);
      if (number(write) != NONE && graph.event(write).cpu() != event.cpu()) {
        rows.add(LATER, number(write));
        found = true;
      }
    }
    return found;
  }

  /** Whether a write that overwrites an access is known to be before it. */
  @Override
  boolean refuses(Graph graph, int id) {
    Event event = graph.event(id);
    return event.order() != Order.PLAIN
        && findLater(graph, id)
        && passed.isSeen(event.cpu(), event, rows, LATER);
  }

  /**
   * Puts an access before all that the writes that overwrite it are before: in prop, whatever one
   * of them is before. That is so even if that one's first step is to be overwritten, and then by
   * another CPU than the access's, as its CPU has seen nothing later.
   *
   * @return false if there is a cycle then
   */
  private boolean putBefore(Graph graph, int id) {
    int number = number(id);
    if (!findSeen(graph, id)) {
      return false;
    }
    boolean isPropagated = false;
    for (int other = 0; other < end(); other++) {
      cumulated.addIfMeets(other, rows, LATER, number);
      beforeUnlock.addIfMeets(other, rows, LATER, number);
      isPropagated |= pb.addIfMeets(other, rows, LATER, number);
    }
    passed.addIfMeets(rows, LATER, number);
    boolean isSeen = putBeforeSeen(number);
    return !(isPropagated || isSeen) || isPropagationAcyclic(number);
  }

  /**
   * Finds the events of an access's CPU that it comes before in prop; false if one of them is
   * before it in hb.
   */
  private boolean findSeen(Graph graph, int id) {
    Event event = graph.event(id);
    rows.clear(SEEN);
    if (passed.isNoneSeen(event.cpu(), rows, LATER)) {
      return true;
    }
    for (int i = 0; i < event.index(); i++) {
      int earlier = graph.at(event.cpu(), i);
      int number = number(earlier);
      if (number != NONE && isSeen(graph, earlier)) {
        if (hb.has(number(id), number)) {
          return false;
        }
        rows.add(SEEN, number);
      }
    }
    return true;
  }

  /** Whether one of the writes that overwrite is before an access in prop. */
  private boolean isSeen(Graph graph, int id) {
    int source = externalSource(graph, id);
    return !cumulated.isDisjoint(number(id), rows, LATER)
        || (source != NONE && !cumulated.isDisjoint(source, rows, LATER));
  }

  /** Puts an access before the events that are SEEN, and all after them, in hb; whether any. */
  private boolean putBeforeSeen(int number) {
    rows.clear(AFTER);
    boolean any = false;
    for (int other = 0; other < end(); other++) {
      if (rows.has(SEEN, other) || !hb.isDisjoint(other, rows, SEEN)) {
        hb.or(other, hb, number);
        hb.add(other, number);
        pb.or(other, pb, number);
        rows.add(AFTER, other);
        any = true;
      }
    }
    return any;
  }

  /**
   * Whether pb has no cycle, if there was none without an access. A new one leads from the access,
   * or from what is before it to what is AFTER it.
   */
  private boolean isPropagationAcyclic(int number) {
    rows.set(SOME, pb, number);
    rows.clear(SEEN); // those whose predecessors are added
    int next = rows.firstBeyond(SOME, SEEN);
    while (next >= 0) {
      rows.or(SOME, pb, next);
      rows.add(SEEN, next);
      next = rows.firstBeyond(SOME, SEEN);
    }
    return !rows.has(SOME, number) && rows.isDisjoint(SOME, rows, AFTER);
  }
}
