package org.cowcheck.hunt;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.AbstractIterator;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Iterables;
import com.google.common.collect.Iterators;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.client.Operation;
import org.cowcheck.client.Start;
import org.cowcheck.patch.Patch;

/**
 * All sensible programs within bounds, each once up to renaming, see {@link
 * ClientProgram#canonical}. Nothing is kept but what one CPU may do.
 *
 * @param starts where programs begin
 * @param operations what CPUs may do
 * @param patch the kernel that is to have the operations
 * @param cpus how many CPUs there may be
 * @param ops how many operations a CPU has at most
 */
public record Enumeration(
    ImmutableSet<Start> starts,
    ImmutableSet<Operation> operations,
    Patch patch,
    ImmutableSortedSet<Integer> cpus,
    int ops) {

  public Enumeration {
    checkArgument(!cpus.isEmpty() && cpus.first() >= 1 && ops >= 1, "no CPU, or no operation");
  }

  /** The number of operations of the largest programs. */
  public int largest() {
    return cpus.last() * ops;
  }

  /** How many programs of a size there are; they are not made for it. */
  public long count(int size) {
    return starts.stream()
        .mapToLong(start -> new Census(this, start).count(shapes(size)))
        .reduce(0, Math::addExact);
  }

  /**
   * The programs of a size: by start, then the more evenly the CPUs share the operations the later,
   * then in order of the operations.
   */
  public Iterator<ClientProgram> ofSize(int size) {
    ImmutableList<ImmutableList<Integer>> shapes = shapes(size);
    return Iterators.concat(
        starts.stream().sorted().map(start -> ofShapes(start, shapes)).iterator());
  }

  Iterator<ClientProgram> ofShapes(Start start, ImmutableList<ImmutableList<Integer>> shapes) {
    Map<Integer, ImmutableList<ImmutableList<Operation>>> choices = new HashMap<>();
    return Iterators.concat(
        Iterators.transform(
            shapes.iterator(),
            shape ->
                new OfShape(
                    start,
                    operations,
                    shape.stream()
                        .map(
                            length ->
                                choices.computeIfAbsent(length, any -> ofOneCpu(start, length)))
                        .collect(ImmutableList.toImmutableList()))));
  }

  /** How operations may be shared among CPUs: the first has most. */
  private ImmutableList<ImmutableList<Integer>> shapes(int size) {
    ImmutableList.Builder<ImmutableList<Integer>> shapes = ImmutableList.builder();
    for (int count : cpus) {
      addShapes(size, count, ops, ImmutableList.of(), shapes);
    }
    return shapes.build();
  }

  private static void addShapes(
      int size,
      int cpus,
      int most,
      ImmutableList<Integer> before,
      ImmutableList.Builder<ImmutableList<Integer>> shapes) {
    if (cpus == 0) {
      if (size == 0) {
        shapes.add(before);
      }
      return;
    }
    for (int first = Math.min(most, size - cpus + 1); first >= 1; first--) {
      ImmutableList<Integer> next =
          ImmutableList.<Integer>builder().addAll(before).add(first).build();
      addShapes(size - first, cpus - 1, first, next, shapes);
    }
  }

  /** What a CPU may do, if no other does anything: what begins senselessly remains so. */
  ImmutableList<ImmutableList<Operation>> ofOneCpu(Start start, int length) {
    ImmutableSet<Operation> alphabet = alphabet(start);
    List<ImmutableList<Operation>> all = List.of(ImmutableList.of());
    for (int i = 0; i < length; i++) {
      List<ImmutableList<Operation>> longer = new ArrayList<>();
      for (ImmutableList<Operation> one : all) {
        for (Operation next : alphabet) {
          ImmutableList<Operation> grown =
              ImmutableList.<Operation>builderWithExpectedSize(length)
                  .addAll(one)
                  .add(next)
                  .build();
          if (new ClientProgram(start, ImmutableList.of(grown)).isSensible()) {
            longer.add(grown);
          }
        }
      }
      all = longer;
    }
    return ImmutableList.copyOf(all);
  }

  /** What a CPU may do after this start. */
  ImmutableSet<Operation> alphabet(Start start) {
    return Sets.immutableEnumSet(
        Iterables.filter(Operation.of(start, patch), operations::contains));
  }

  /** The same, with fewer operations. */
  Enumeration with(Set<Operation> fewer) {
    return new Enumeration(starts, Sets.immutableEnumSet(fewer), patch, cpus, ops);
  }

  /** The programs of one start and shape, in order. */
  private static final class OfShape extends AbstractIterator<ClientProgram> {
    private final Start start;
    private final ImmutableSet<Operation> operations;

    /** What each CPU may do; CPUs that do as many operations have the same list. */
    private final ImmutableList<ImmutableList<ImmutableList<Operation>>> choices;

    /**
     * What each CPU does: its place in its list. Of two with the same list the first is not later.
     */
    private final int[] chosen;

    private boolean begun;

    OfShape(
        Start start,
        ImmutableSet<Operation> operations,
        ImmutableList<ImmutableList<ImmutableList<Operation>>> choices) {
      this.start = start;
      this.operations = operations;
      this.choices = choices;
      this.chosen = new int[choices.size()];
    }

    @Override
    protected ClientProgram computeNext() {
      while (advance()) {
        ClientProgram program = program();
        if (program.isSensible() && standsForAll(program)) {
          return program;
        }
      }
      return endOfData();
    }

    /**
     * Whether it stands for those that are the same up to renaming: it is their canonical form, or
     * that has an operation that is not asked for.
     */
    private boolean standsForAll(ClientProgram program) {
      ClientProgram canonical = program.canonical();
      return canonical.equals(program) || !operations.containsAll(canonical.operations());
    }

    private boolean advance() {
      if (!begun) {
        begun = true;
        return choices.stream().noneMatch(List::isEmpty);
      }
      for (int cpu = chosen.length - 1; cpu >= 0; cpu--) {
        if (chosen[cpu] + 1 < choices.get(cpu).size()) {
          chosen[cpu]++;
          for (int later = cpu + 1; later < chosen.length; later++) {
            chosen[later] =
                choices.get(later).equals(choices.get(later - 1)) ? chosen[later - 1] : 0;
          }
          return true;
        }
      }
      return false;
    }

    private ClientProgram program() {
      ImmutableList.Builder<ImmutableList<Operation>> cpus =
          ImmutableList.builderWithExpectedSize(chosen.length);
      for (int cpu = 0; cpu < chosen.length; cpu++) {
        cpus.add(choices.get(cpu).get(chosen[cpu]));
      }
      return new ClientProgram(start, cpus.build());
    }
  }

  /** The sizes of programs, the smallest first. */
  public ImmutableList<Integer> sizes() {
    List<Integer> sizes = new ArrayList<>();
    for (int size = 1; size <= largest(); size++) {
      if (!shapes(size).isEmpty()) {
        sizes.add(size);
      }
    }
    Collections.sort(sizes);
    return ImmutableList.copyOf(sizes);
  }
}
