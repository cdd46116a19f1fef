package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import java.util.Arrays;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.Relation;
import org.cowcheck.invariant.End;
import org.cowcheck.invariant.Instant;
import org.cowcheck.invariant.Mappings;
import org.cowcheck.invariant.World;
import org.cowcheck.memory.Note;
import org.cowcheck.memory.Word;

/**
 * One complete execution: its graph, and what the programs returned and noted.
 *
 * <p>Ordered by size, then by {@link Graph#canonicalForm} with what is later in program order
 * first, so that the least of several is the same whatever the order in which they are found, and
 * its reads see what is new rather than what is old.
 */
public final class Execution implements End, Comparable<Execution> {
  private final Graph graph;
  private final ImmutableList<CpuState> cpus;
  private final MemoryModel model;
  private final String broken;
  private final ImmutableSortedSet<String> flags;
  private int[] canonicalForm;
  private int disorder = -1;
  private Relation before;
  private ImmutableList<Instant> instants;
  private Mappings mappings;

  Execution(Graph graph, ImmutableList<CpuState> cpus, MemoryModel model, String broken) {
    this(graph, cpus, model, broken, ImmutableSortedSet.of());
  }

  Execution(
      Graph graph,
      ImmutableList<CpuState> cpus,
      MemoryModel model,
      String broken,
      ImmutableSortedSet<String> flags) {
    this.graph = graph;
    this.cpus = cpus;
    this.model = model;
    this.broken = broken;
    this.flags = flags;
  }

  /** The events with rf and co. Not to be changed. */
  public Graph graph() {
    return graph;
  }

  /** What the execution breaks, or the empty string. */
  public String broken() {
    return broken;
  }

  /** The warnings that the memory model raises, by their names in it. */
  public ImmutableSortedSet<String> flags() {
    return flags;
  }

  /** Whether every program returned; if not, some CPU waits for a lock for ever. */
  public boolean isFinished() {
    return cpus.stream().allMatch(CpuState::finished);
  }

  /** Whether the program of a CPU returned. */
  public boolean isFinished(int cpu) {
    return cpus.get(cpu).finished();
  }

  @Override
  public long value(Word word) {
    int last = graph.writes(word.number()) - 1;
    return graph.value(graph.write(word.number(), last));
  }

  @Override
  public long returned(int cpu) {
    return cpus.get(cpu).returned();
  }

  @Override
  public ImmutableList<Note> notes(int cpu) {
    return cpus.get(cpu).notes();
  }

  @Override
  public int cpus() {
    return graph.cpus();
  }

  @Override
  public boolean atSomeInstant(int cpu, Word word, LongPredicate condition) {
    int start = position(cpu, Note.CALL, 0);
    int end = position(cpu, Note.RETURN, graph.length(cpu));
    int writes = graph.writes(word.number());
    boolean overwritten = false;
    for (int place = writes - 1; place >= 0 && !overwritten; place--) {
      int write = graph.write(word.number(), place);
      if (condition.test(graph.value(write)) && !isAfter(cpu, end, write)) {
        return true;
      }
      overwritten = isBefore(write, cpu, start);
    }
    return false;
  }

  private int position(int cpu, String note, int otherwise) {
    return notes(cpu).stream()
        .filter(candidate -> candidate.name().equals(note))
        .mapToInt(Note::position)
        .findFirst()
        .orElse(otherwise);
  }

  /** Whether a write happens before some event of a CPU before a place in program order. */
  private boolean isBefore(int write, int cpu, int end) {
    for (int i = 0; i < end; i++) {
      int event = graph.at(cpu, i);
      if (event == write || before().has(write, event)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a write happens after some event of a CPU at or after a place in program order. */
  private boolean isAfter(int cpu, int start, int write) {
    for (int i = start; i < graph.length(cpu); i++) {
      int event = graph.at(cpu, i);
      if (event == write || before().has(event, write)) {
        return true;
      }
    }
    return false;
  }

  /** Kept from the first call: a setting has one set of locks. */
  @Override
  public ImmutableList<Instant> instants(ImmutableSet<Word> locks) {
    if (instants == null) {
      instants =
          Instants.of(
              graph,
              cpus.stream().map(CpuState::notes).collect(ImmutableList.toImmutableList()),
              locks);
    }
    return instants;
  }

  @Override
  public Mappings mappings(World world) {
    if (mappings == null) {
      mappings = End.super.mappings(world);
    }
    return mappings;
  }

  private Relation before() {
    if (before == null) {
      before = model.before(graph);
    }
    return before;
  }

  @Override
  public int compareTo(Execution other) {
    int bySize = Integer.compare(graph.size(), other.graph.size());
    if (bySize != 0) {
      return bySize;
    }
    int byDisorder = Integer.compare(disorder(), other.disorder());
    return byDisorder != 0 ? byDisorder : Arrays.compare(other.canonicalForm(), canonicalForm());
  }

  private int[] canonicalForm() {
    if (canonicalForm == null) {
      canonicalForm = graph.canonicalForm();
    }
    return canonicalForm;
  }

  /** The number of accesses that lie on a cycle of po, rf, co and fr: 0 for an interleaving. */
  private int disorder() {
    if (disorder < 0) {
      Relation reaches = reaches();
      disorder = (int) IntStream.range(0, graph.size()).filter(id -> reaches.has(id, id)).count();
    }
    return disorder;
  }

  /** Where po, rf, co and fr lead, one after the other. */
  Relation reaches() {
    return communication().plus();
  }

  /** po, rf, and from accesses to the next write of their word, which spans co and fr. */
  private Relation communication() {
    Relation result = Relation.none(graph);
    for (int id = 0; id < graph.size(); id++) {
      if (graph.poBefore(id) >= 0) {
        result.add(graph.poBefore(id), id);
      }
      Event event = graph.event(id);
      if (!event.isFence()) {
        int write = graph.writeOf(id);
        int next = graph.place(write) + 1;
        if (event.isRead()) {
          result.add(write, id);
        }
        if (next < graph.writes(event.word().number())) {
          result.add(id, graph.write(event.word().number(), next));
        }
      }
    }
    return result;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Execution execution && compareTo(execution) == 0;
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(canonicalForm());
  }
}
