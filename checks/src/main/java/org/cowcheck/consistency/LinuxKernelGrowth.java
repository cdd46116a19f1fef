package org.cowcheck.consistency;

import java.util.Arrays;
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
 * that reads from, or is placed at, the end of coherence order orders nothing before anything else;
 * for all others the sets are worked out anew, in an order of po | rf. Only a read that sees what
 * comes after it on its own CPU, by prop, makes closing them in that order insufficient.
 *
 * <p>Left out, as no cycle needs them: initial writes, to which nothing leads, and grace periods,
 * which order what is before against what is after them as smp_mb() does. A graph with
 * smp_mb__after_unlock_lock(), whose effect depends on coherence, is left to {@link
 * LinuxKernel#mayGrow}.
 */
final class LinuxKernelGrowth implements Growth {
  private static final int NONE = -1;

  /** Room for so many accesses before everything is worked out anew. */
  private static final int HEADROOM = 8;

  private final LinuxKernel model;
  private boolean stateless;
  private int width;
  private int count;
  private int[] numbers = {};

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
  private Scratch scratch;

  LinuxKernelGrowth(LinuxKernel model) {
    this.model = model;
  }

  private LinuxKernelGrowth(LinuxKernelGrowth other) {
    model = other.model;
    stateless = other.stateless;
    width = other.width;
    count = other.count;
    if (!stateless) {
      numbers = other.numbers.clone();
      hb = other.hb.copy();
      pb = other.pb.copy();
      cumulated = other.cumulated.copy();
      beforeUnlock = other.beforeUnlock.copy();
      words = other.words.copy();
      passed = other.passed.copy();
    }
  }

  /** What is needed only while everything is worked out anew. */
  private static final class Scratch {
    final Places places = new Places();
    int width;

    /** Single rows. */
    Rows rows;

    /** Per access, those right before it in hb. */
    Rows direct;

    /** Per access, those before it in {@code prop ; strong-fence}. */
    Rows strong;

    /** Per write, the accesses before it in {@code overwrite & ext}. */
    Rows overwritten;

    /** Per write, by id, its readers. */
    Rows readers;

    /** Per CPU its accesses. */
    Rows cpus;

    boolean isClosedInOrder;
    boolean isPropagatedInOrder;
    int[] next = {};

    void prepare(Graph graph, int accesses, int newWidth) {
      if (width != newWidth) {
        width = newWidth;
        rows = new Rows(ROWS, width);
        direct = new Rows(accesses, width);
        strong = new Rows(accesses, width);
        overwritten = new Rows(accesses, width);
        readers = new Rows(graph.size(), width);
        cpus = new Rows(graph.cpus(), width);
      }
      direct.reset(accesses);
      strong.reset(accesses);
      overwritten.reset(accesses);
      readers.reset(graph.size());
      cpus.reset(graph.cpus());
      rows.reset(ROWS);
      isClosedInOrder = true;
      isPropagatedInOrder = true;
      next = new int[graph.cpus()];
    }
  }

  // The single rows of Scratch.
  private static final int DIRECT = 0;
  private static final int CUMULATED = 1;
  private static final int PROP = 2;
  private static final int SOME = 3;
  private static final int DONE = 4;
  private static final int ROWS = 5;

  @Override
  public Growth copy() {
    return new LinuxKernelGrowth(this);
  }

  @Override
  public Growth with(Graph graph, int id) {
    return isOverwrittenBefore(graph, id) ? null : of(graph);
  }

  /** Whether the next write of an access's word on another CPU is known to be before the access. */
  private boolean isOverwrittenBefore(Graph graph, int id) {
    Event event = graph.event(id);
    int word = event.word().number();
    int next = graph.place(event.isRead() ? graph.rf(id) : id) + 1;
    if (stateless || event.order() == Order.PLAIN || next >= graph.writes(word)) {
      return false;
    }
    int later = graph.write(word, next);
    return numbers[later] != NONE
        && graph.event(later).cpu() != event.cpu()
        && passed.isSeen(event.cpu(), event, numbers[later]);
  }

  @Override
  public Growth of(Graph graph) {
    LinuxKernelGrowth result = new LinuxKernelGrowth(model);
    result.scratch = scratch == null ? new Scratch() : scratch;
    boolean consistent = result.restart(graph);
    scratch = result.scratch;
    result.scratch = null;
    return consistent ? result : null;
  }

  @Override
  public void add(Graph graph, int id) {
    if (stateless) {
      return;
    }
    Event event = graph.event(id);
    if (isNumbered(event) && count == width << 6) {
      scratch = new Scratch();
      restart(graph);
      return;
    }
    if (scratch == null) {
      scratch = new Scratch();
    }
    if (scratch.width != width) {
      scratch.prepare(graph, 0, width);
    }
    number(id, event);
    hb.grow(count);
    pb.grow(count);
    cumulated.grow(count);
    beforeUnlock.grow(count);
    follow(graph, id, false);
  }

  private static boolean isNumbered(Event event) {
    return !event.isFence() && !event.isInitial() && event.order() != Order.PLAIN;
  }

  private void number(int id, Event event) {
    if (id >= numbers.length) {
      numbers = Arrays.copyOf(numbers, id + id / 2 + 1);
    }
    numbers[id] = NONE;
    if (isNumbered(event)) {
      words.add(event.word().number(), count);
      numbers[id] = count++;
    }
  }

  // One event.

  /**
   * Works out the sets of an event, those of what it follows being known.
   *
   * @param anew whether later events are there already
   */
  private void follow(Graph graph, int id, boolean anew) {
    Event event = graph.event(id);
    int cpu = event.cpu();
    if (event.isFence()) {
      stateless |= event.fence() == Fence.AFTER_UNLOCK_LOCK;
      passed.fence(cpu, event.fence());
      return;
    }
    int number = numbers[id];
    if (number == NONE) {
      if (event.isWrite()) {
        addAll(graph, cpu, event.addressReads(), passed.sets(), passed.plainAddresses(cpu));
      }
      return;
    }
    boolean succeeds = event.isRead() && event.writesAfter(graph.value(id));
    if (event.update() != null) {
      passed.pendingBarrier(cpu);
      if (succeeds && event.update().order() == RmwOrder.FULL) {
        passed.fence(cpu, Fence.SMP_MB);
      }
    }
    Rows rows = scratch.rows;
    rows.clear(DIRECT);
    rows.clear(CUMULATED);
    passed.orderBefore(cpu, event, rows, DIRECT, CUMULATED);
    addAll(graph, cpu, event.addressReads(), rows, DIRECT);
    int source = NONE;
    if (event.isWrite()) {
      addBeforeWrite(graph, event, number, anew);
    } else {
      source = addBeforeRead(graph, id);
    }
    rows.add(CUMULATED, number);
    rows.set(PROP, rows, CUMULATED);
    if (source != NONE) {
      rows.or(PROP, cumulated, source);
    }
    addPropInt(cpu, number, anew);
    close(cpu, number, anew);
    cumulated.set(number, rows, CUMULATED);
    if (event.lockRole() == LockRole.UNLOCK) {
      beforeUnlock.set(number, passed.sets(), passed.cumulatedSoFar(cpu));
    }
    passed.access(cpu, event, succeeds, number, rows, CUMULATED, PROP);
    if (source != NONE && isTakenFrom(graph, id, succeeds)) {
      passed.takeLock(cpu, beforeUnlock, source);
    }
  }

  private static boolean isTakenFrom(Graph graph, int read, boolean succeeds) {
    Event event = graph.event(read);
    return (event.lockRole() == LockRole.LOCK_READ
            || (event.lockRole() == LockRole.TRY_READ && succeeds))
        && graph.event(graph.rf(read)).lockRole() == LockRole.UNLOCK;
  }

  /** Adds reads of a CPU, by their places in program order, as far as they are marked. */
  private void addAll(Graph graph, int cpu, int[] reads, Rows rows, int row) {
    for (int read : reads) {
      int number = numbers[graph.at(cpu, read)];
      if (number != NONE) {
        rows.add(row, number);
      }
    }
  }

  /** Data and control dependencies, coherence on its own CPU, and overwriting on others. */
  private void addBeforeWrite(Graph graph, Event event, int number, boolean anew) {
    Rows rows = scratch.rows;
    int cpu = event.cpu();
    addAll(graph, cpu, event.dataReads(), rows, DIRECT);
    addAll(graph, cpu, event.controlReads(), rows, DIRECT);
    rows.set(SOME, words, event.word().number());
    rows.and(SOME, passed.sets(), passed.all(cpu));
    rows.or(DIRECT, rows, SOME);
    if (anew) {
      rows.or(CUMULATED, scratch.overwritten, number);
    } else {
      rows.set(SOME, words, event.word().number());
      rows.minus(SOME, passed.sets(), passed.all(cpu));
      rows.or(CUMULATED, rows, SOME);
    }
  }

  /**
   * rfe, and {@code dep ; [Marked] ; rfi}.
   *
   * @return the number of a marked source on another CPU
   */
  private int addBeforeRead(Graph graph, int id) {
    int source = graph.rf(id);
    int number = numbers[source];
    int cpu = graph.event(id).cpu();
    if (number == NONE) {
      return NONE;
    }
    Rows rows = scratch.rows;
    if (graph.event(source).cpu() != cpu) {
      rows.add(DIRECT, number);
      return number;
    }
    addAll(graph, cpu, graph.event(source).addressReads(), rows, DIRECT);
    addAll(graph, cpu, graph.event(source).dataReads(), rows, DIRECT);
    return NONE;
  }

  /** {@code (prop \ id) & int}. */
  private void addPropInt(int cpu, int number, boolean anew) {
    Rows rows = scratch.rows;
    rows.set(SOME, rows, PROP);
    if (anew) {
      rows.and(SOME, scratch.cpus, cpu);
      rows.remove(SOME, number);
      scratch.isClosedInOrder &= rows.isWithin(SOME, passed.sets(), passed.all(cpu));
    } else {
      rows.and(SOME, passed.sets(), passed.all(cpu));
    }
    rows.or(DIRECT, rows, SOME);
  }

  /** hb+ and pb of an access, from what is right before it in hb. */
  private void close(int cpu, int number, boolean anew) {
    Rows rows = scratch.rows;
    if (anew) {
      scratch.direct.set(number, rows, DIRECT);
      scratch.strong.set(number, passed.sets(), passed.strong(cpu));
    }
    hb.clear(number);
    pb.set(number, passed.sets(), passed.strong(cpu));
    hb.close(number, rows, DIRECT, pb);
    if (anew) {
      scratch.isPropagatedInOrder &= pb.isWithin(number, rows, DONE);
      rows.add(DONE, number);
    }
  }

  // Anew.

  private boolean restart(Graph graph) {
    stateless = false;
    for (int id = graph.words(); id < graph.size(); id++) {
      stateless |= graph.event(id).fence() == Fence.AFTER_UNLOCK_LOCK;
    }
    if (stateless) {
      return model.mayGrow(graph);
    }
    scratch.places.take(graph);
    if (!scratch.places.areCoherentAndAtomic(graph)) {
      return false;
    }
    prepare(graph);
    followAll(graph);
    if (!scratch.isClosedInOrder && !closeAnew()) {
      return false;
    }
    return (scratch.isClosedInOrder && scratch.isPropagatedInOrder) || isPropagationAcyclic();
  }

  private void prepare(Graph graph) {
    int accesses = 0;
    for (int id = graph.words(); id < graph.size(); id++) {
      accesses += isNumbered(graph.event(id)) ? 1 : 0;
    }
    width = (accesses + HEADROOM + 63) >> 6;
    int rows = accesses + HEADROOM;
    hb = new Rows(rows, width);
    pb = new Rows(rows, width);
    cumulated = new Rows(rows, width);
    beforeUnlock = new Rows(rows, width);
    words = new Rows(graph.words(), width);
    passed = new PassedEvents(graph.cpus(), width);
    scratch.prepare(graph, accesses, width);
    numbers = new int[graph.size() + 2 * HEADROOM];
    count = 0;
    for (int id = 0; id < graph.size(); id++) {
      number(id, graph.event(id));
      if (numbers[id] != NONE) {
        scratch.cpus.add(graph.event(id).cpu(), numbers[id]);
        if (graph.event(id).isRead()) {
          scratch.readers.add(graph.rf(id), numbers[id]);
        }
      }
    }
    for (int word = 0; word < graph.words(); word++) {
      findOverwritten(graph, word);
    }
  }

  /** Accesses of the word on other CPUs that are before a write in co or fr. */
  private void findOverwritten(Graph graph, int word) {
    Rows rows = scratch.rows;
    rows.clear(SOME);
    for (int place = 0; place < graph.writes(word); place++) {
      int write = graph.write(word, place);
      int number = numbers[write];
      if (number != NONE) {
        scratch.overwritten.set(number, rows, SOME);
        scratch.overwritten.minus(number, scratch.cpus, graph.event(write).cpu());
        rows.add(SOME, number);
      }
      rows.or(SOME, scratch.readers, write);
    }
  }

  /** Follows all events in an order of po | rf. */
  private void followAll(Graph graph) {
    boolean progress = true;
    int left = graph.size() - graph.words();
    while (left > 0) {
      if (!progress) {
        throw new IllegalStateException("po | rf has a cycle");
      }
      progress = false;
      for (int cpu = 0; cpu < graph.cpus(); cpu++) {
        while (scratch.next[cpu] < graph.length(cpu)
            && isReady(graph, graph.at(cpu, scratch.next[cpu]))) {
          follow(graph, graph.at(cpu, scratch.next[cpu]++), true);
          left--;
          progress = true;
        }
      }
    }
  }

  private boolean isReady(Graph graph, int id) {
    if (!graph.event(id).isRead() || numbers[id] == NONE) {
      return true;
    }
    int source = numbers[graph.rf(id)];
    return source == NONE || scratch.rows.has(DONE, source);
  }

  /** Closes hb and pb, each access after those before it in hb; false if hb has a cycle. */
  private boolean closeAnew() {
    Rows rows = scratch.rows;
    rows.clear(DONE);
    int left = count;
    boolean progress = true;
    while (left > 0 && progress) {
      progress = false;
      for (int number = 0; number < count; number++) {
        if (!rows.has(DONE, number) && scratch.direct.isWithin(number, rows, DONE)) {
          hb.clear(number);
          pb.set(number, scratch.strong, number);
          hb.close(number, scratch.direct, number, pb);
          rows.add(DONE, number);
          left--;
          progress = true;
        }
      }
    }
    return left == 0;
  }

  private boolean isPropagationAcyclic() {
    Rows rows = scratch.rows;
    rows.clear(DONE);
    int left = count;
    boolean progress = true;
    while (left > 0 && progress) {
      progress = false;
      for (int number = 0; number < count; number++) {
        if (!rows.has(DONE, number) && pb.isWithin(number, rows, DONE)) {
          rows.add(DONE, number);
          left--;
          progress = true;
        }
      }
    }
    return left == 0;
  }
}
