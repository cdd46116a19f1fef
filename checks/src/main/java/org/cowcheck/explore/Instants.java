package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Arrays;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.LockRole;
import org.cowcheck.invariant.Instant;
import org.cowcheck.invariant.Mappings;
import org.cowcheck.invariant.World;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;

/**
 * The states of an execution after each release of a lock and at each note: what lies before that
 * point in (po | rf), which has no cycle here. A release makes all of it visible to whoever takes
 * the lock next.
 */
final class Instants {
  private final Graph graph;
  private final ImmutableList<ImmutableList<Note>> notes;

  /** For each event, how many events of each CPU come before it or are it. */
  private final int[][] clocks;

  private Instants(Graph graph, ImmutableList<ImmutableList<Note>> notes) {
    this.graph = graph;
    this.notes = notes;
    this.clocks = new int[graph.size()][];
  }

  /** The instants of a complete execution. */
  static ImmutableList<Instant> of(
      Graph graph, ImmutableList<ImmutableList<Note>> notes, ImmutableSet<Word> locks) {
    Instants instants = new Instants(graph, notes);
    instants.tick();
    ImmutableList.Builder<Instant> all = ImmutableList.builder();
    for (int cpu = 0; cpu < graph.cpus(); cpu++) {
      int note = 0;
      for (int i = 0; i < graph.length(cpu); i++) {
        boolean isNoted = false;
        for (; note < notes.get(cpu).size() && notes.get(cpu).get(note).position() == i; note++) {
          isNoted = true;
        }
        if (isNoted && i > 0) {
          all.add(instants.after(cpu, i - 1));
        }
        Event event = graph.event(graph.at(cpu, i));
        if (event.lockRole() == LockRole.UNLOCK && locks.contains(event.word())) {
          all.add(instants.after(cpu, i));
        }
      }
    }
    return all.build();
  }

  private void tick() {
    int[] done = new int[graph.cpus()];
    boolean goesOn = true;
    while (goesOn) {
      goesOn = false;
      for (int cpu = 0; cpu < done.length; cpu++) {
        while (done[cpu] < graph.length(cpu) && tick(graph.at(cpu, done[cpu]), cpu, done[cpu])) {
          done[cpu]++;
          goesOn = true;
        }
      }
    }
  }

  /** Gives an event its clock, if those that it follows have theirs. */
  private boolean tick(int id, int cpu, int index) {
    int[] clock = index == 0 ? new int[graph.cpus()] : clocks[graph.at(cpu, index - 1)].clone();
    clock[cpu] = index + 1;
    Event event = graph.event(id);
    if (event.isRead() && !graph.event(graph.rf(id)).isInitial()) {
      int[] source = clocks[graph.rf(id)];
      if (source == null) {
        return false;
      }
      Arrays.setAll(clock, other -> Math.max(clock[other], source[other]));
    }
    clocks[id] = clock;
    return true;
  }

  private Instant after(int cpu, int index) {
    return new Cut(cpu, graph.event(graph.at(cpu, index)), clocks[graph.at(cpu, index)]);
  }

  private final class Cut implements Instant {
    private final int own;
    private final Event last;
    private final int[] clock;
    private Mappings mappings;

    Cut(int own, Event last, int[] clock) {
      this.own = own;
      this.last = last;
      this.clock = clock;
    }

    @Override
    public long value(Word word) {
      for (int place = graph.writes(word.number()) - 1; ; place--) {
        int write = graph.write(word.number(), place);
        Event event = graph.event(write);
        if (event.isInitial() || event.index() < clock[event.cpu()]) {
          return graph.value(write);
        }
      }
    }

    /** Of other CPUs, what they have noted before an event that is seen. */
    @Override
    public ImmutableList<Note> notes(int cpu) {
      int until = cpu == own ? clock[cpu] : clock[cpu] - 1;
      ImmutableList<Note> all = notes.get(cpu);
      int end = all.size();
      while (end > 0 && all.get(end - 1).position() > until) {
        end--;
      }
      return all.subList(0, end);
    }

    @Override
    public int cpus() {
      return graph.cpus();
    }

    @Override
    public String when() {
      return String.format("after CPU%d (%s) %s", own, last.step(), last.step().what());
    }

    @Override
    public Mappings mappings(World world) {
      if (mappings == null) {
        mappings = Instant.super.mappings(world);
      }
      return mappings;
    }
  }
}
