package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;

/**
 * Explores the interleavings of a program in which CPUs are preempted a few times only: iterative
 * context bounding (Musuvathi and Qadeer, PLDI 2007). They are few, and most of what an
 * interleaving breaks is broken in one of them.
 *
 * <p>A CPU goes on until it returns, waits, or is preempted; then any other goes on. It waits for a
 * lock that is held, and at a grace period for the sections that others are in. To go on after a
 * wait of another is no preemption. Every memory model allows an interleaving.
 *
 * <p>To preempt a CPU right before an event comes to the same as right after it, if nothing that
 * others do before the CPU goes on conflicts with the event; then only the former is tried.
 */
final class Preemptions {
  private final ImmutableList<Word> words;
  private final ImmutableList<ToLongFunction<Cpu>> programs;
  private final MemoryModel model;
  private final Predicate<Execution> visitor;
  private boolean isOver;

  /** How far all CPUs are: the state of one that has not returned is null. */
  private static final class Stage {
    private final Graph graph;
    private final CpuState[] states;

    Stage(Graph graph, CpuState[] states) {
      this.graph = graph;
      this.states = states;
    }

    Stage copy() {
      return new Stage(graph.copy(), states.clone());
    }
  }

  /**
   * A search.
   *
   * @param visitor sees executions in which all CPUs return, and says whether it has seen enough;
   *     it may see one more than once
   */
  Preemptions(
      ImmutableList<Word> words,
      ImmutableList<ToLongFunction<Cpu>> programs,
      MemoryModel model,
      Predicate<Execution> visitor) {
    this.words = words;
    this.programs = programs;
    this.model = model;
    this.visitor = visitor;
  }

  /**
   * Visits every interleaving of at most so many preemptions, until enough is seen. One in which
   * CPUs wait for each other for ever is left out.
   */
  void explore(int most) {
    Stage start = new Stage(new Graph(words, programs.size()), new CpuState[programs.size()]);
    Doings unused = new Doings(programs.size());
    for (int cpu = 0; cpu < programs.size(); cpu++) {
      goOn(start, cpu, most, unused);
    }
  }

  /** Lets a CPU go on, then the others; notes what all do. */
  private void goOn(Stage from, int cpu, int preemptions, Doings doings) {
    if (isOver) {
      return;
    }
    Stage whole = from.copy();
    int begin = from.graph.size();
    run(whole, cpu).ifPresent(refused -> doings.add(cpu, refused));
    if (whole.graph.size() == begin && whole.states[cpu] == null) {
      return;
    }
    for (int id = begin; id < whole.graph.size(); id++) {
      doings.add(cpu, whole.graph.event(id));
    }
    if (preemptions > 0) {
      preempt(from, whole.graph, cpu, preemptions - 1, doings);
    }
    giveWay(whole, cpu, preemptions, doings);
  }

  /** Others go on where a CPU has returned or waits. */
  private void giveWay(Stage stage, int cpu, int preemptions, Doings doings) {
    boolean areFinished = true;
    for (int other = 0; other < programs.size(); other++) {
      if (stage.states[other] == null) {
        areFinished = false;
        if (other != cpu) {
          goOn(stage, other, preemptions, doings);
        }
      }
    }
    if (areFinished && !isOver) {
      ImmutableList<CpuState> states = ImmutableList.copyOf(stage.states);
      isOver = visitor.test(new Execution(stage.graph, states, model, ""));
    }
  }

  /** Preempts a CPU between the events that it has added, where that makes a difference. */
  private void preempt(Stage from, Graph whole, int cpu, int preemptions, Doings doings) {
    Stage until = from.copy();
    Doings others = new Doings(programs.size());
    boolean isDifferent = true;
    for (int id = from.graph.size(); id < whole.size() - 1 && !isOver; id++) {
      Event event = whole.event(id);
      add(until.graph, event);
      isDifferent |= others.conflictWith(event);
      if (!isDifferent || isSecondHalf(whole.event(id + 1))) {
        continue;
      }
      others = new Doings(programs.size());
      for (int other = 0; other < programs.size(); other++) {
        if (other != cpu && until.states[other] == null) {
          goOn(until, other, preemptions, others);
        }
      }
      doings.addAll(others);
      isDifferent = false;
    }
  }

  private static boolean isSecondHalf(Event event) {
    return event.isWrite() && (event.update() != null || event.lockRole() == LockRole.LOCK_WRITE);
  }

  /** Runs a CPU until it returns or waits; says at what it waits. */
  private Optional<Event> run(Stage stage, int cpu) {
    Event[] refused = new Event[1];
    CpuState state =
        ReplayCpu.run(
            programs.get(cpu),
            stage.graph,
            cpu,
            (event, completes) -> {
              if (waits(stage.graph, event)) {
                refused[0] = event;
                return false;
              }
              add(stage.graph, event);
              return true;
            });
    stage.states[cpu] = state.finished() ? state : null;
    return Optional.ofNullable(refused[0]);
  }

  private static void add(Graph graph, Event event) {
    if (event.isWrite()) {
      graph.addWrite(event, graph.writes(event.word().number()));
    } else {
      graph.add(event, event.isRead() ? latest(graph, event.word()) : 0);
    }
  }

  private static int latest(Graph graph, Word word) {
    return graph.write(word.number(), graph.writes(word.number()) - 1);
  }

  private static boolean waits(Graph graph, Event event) {
    if (event.isFence()) {
      return event.fence().isGracePeriod() && isInSection(graph, event);
    }
    return event.lockRole() == LockRole.LOCK_READ
        && graph.value(latest(graph, event.word())) != Spinlock.UNLOCKED;
  }

  /** Whether another CPU is in a section that a grace period waits for. */
  private static boolean isInSection(Graph graph, Event gracePeriod) {
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      int depth = 0;
      for (int i = 0; i < graph.length(cpu); i++) {
        Event event = graph.event(graph.at(cpu, i));
        if (event.isFence() && isOf(event, gracePeriod)) {
          depth += event.fence().beginsSection() ? 1 : -1;
        }
      }
      if (depth > 0) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOf(Event event, Event gracePeriod) {
    Fence fence = event.fence();
    return (fence.beginsSection() || fence.endsSection())
        && switch (fence) {
          case LOCAL_IRQ_SAVE, LOCAL_IRQ_RESTORE -> gracePeriod.fence() != Fence.SYNCHRONIZE_SRCU;
          case RCU_READ_LOCK, RCU_READ_UNLOCK -> gracePeriod.fence() == Fence.SYNCHRONIZE_RCU;
          default -> event.domain() == gracePeriod.domain();
        };
  }
}
