package org.cowcheck.finding;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.client.Operation;
import org.cowcheck.client.Start;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.patch.Platform;
import org.cowcheck.verdict.Cause;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;

/**
 * Makes a violated program small: the fewest operations that break the same invariant, on the
 * fewest CPUs, from the first start that has the same cause, under the strongest memory model.
 *
 * <p>All programs that are contained in the given one are tried, the smallest first: those with
 * operations left out, and those in which CPUs are one, which does the operations of both in some
 * order. So the result does not depend on how the given one is written. Of starts the first in the
 * order of {@link Start} counts: exclusive before others of its kind, small pages before huge ones
 * before those of hugetlb. A start is changed only if the cause stays the same, because other kinds
 * of pages have races of their own.
 */
final class Shrinking {
  /** Of more operations, one is left out at a time first. */
  private static final int ALL_SUBSETS = 9;

  private static final Comparator<ClientProgram> SMALLEST_FIRST =
      Comparator.comparingInt(ClientProgram::size)
          .thenComparingInt(program -> program.cpus().size())
          .thenComparing(ClientProgram::toString);

  private final Trials trials;

  Shrinking(Trials trials) {
    this.trials = trials;
  }

  /** A program and the question about it. */
  record Shrunk(ClientProgram program, Cell cell) {}

  /** The smallest program in the strongest context. */
  Shrunk shrink(Sighting sighting) {
    String broken = Cause.invariant(sighting.broken());
    Shrunk small = smallest(new Shrunk(sighting.program().canonical(), sighting.cell()), broken);
    Shrunk simple = withSimplestStart(strongest(small, broken), broken);
    return simple.program().start() == small.program().start()
        ? simple
        : strongest(smallest(simple, broken), broken);
  }

  private static Shrunk of(ClientProgram program, Cell like) {
    return new Shrunk(
        program,
        Trials.cell(program, like.patch(), like.model(), like.platform(), like.accesses()));
  }

  private Shrunk smallest(Shrunk from, String broken) {
    Shrunk start = of(from.program(), from.cell());
    while (start.program().size() > ALL_SUBSETS) {
      Optional<Shrunk> less = firstThatBreaks(withoutOne(start.program()), start.cell(), broken);
      if (less.isEmpty()) {
        return start;
      }
      start = less.get();
    }
    return firstThatBreaks(contained(start.program()), start.cell(), broken).orElse(start);
  }

  private Optional<Shrunk> firstThatBreaks(Set<ClientProgram> programs, Cell cell, String broken) {
    return programs.stream()
        .sorted(SMALLEST_FIRST)
        .map(program -> of(program, cell))
        .filter(smaller -> trials.breaks(smaller.cell(), broken))
        .findFirst();
  }

  private static ImmutableSet<ClientProgram> withoutOne(ClientProgram program) {
    ImmutableSet.Builder<ClientProgram> programs = ImmutableSet.builder();
    for (int left = 0; left < program.size(); left++) {
      int number = left;
      addIfSensible(without(program, operation -> operation == number), programs);
    }
    return programs.build();
  }

  private interface Leaves {
    boolean out(int operation);
  }

  private static ClientProgram without(ClientProgram program, Leaves leaves) {
    ImmutableList.Builder<ImmutableList<Operation>> cpus = ImmutableList.builder();
    int number = 0;
    for (ImmutableList<Operation> cpu : program.cpus()) {
      ImmutableList.Builder<Operation> operations = ImmutableList.builder();
      for (Operation operation : cpu) {
        if (!leaves.out(number++)) {
          operations.add(operation);
        }
      }
      if (!operations.build().isEmpty()) {
        cpus.add(operations.build());
      }
    }
    return new ClientProgram(program.start(), cpus.build());
  }

  private static void addIfSensible(
      ClientProgram program, ImmutableSet.Builder<ClientProgram> programs) {
    if (!program.cpus().isEmpty() && program.isSensible()) {
      programs.add(program.canonical());
    }
  }

  /** All that have some of the operations, on as many CPUs or fewer, but for the program itself. */
  static ImmutableSet<ClientProgram> contained(ClientProgram program) {
    ImmutableSet.Builder<ClientProgram> programs = ImmutableSet.builder();
    for (int left = 0; left < 1 << program.size(); left++) {
      int out = left;
      ClientProgram some = without(program, operation -> (out >> operation & 1) != 0);
      merged(some).forEach(merged -> addIfSensible(merged, programs));
    }
    ClientProgram itself = program.canonical();
    return programs.build().stream()
        .filter(other -> !other.equals(itself))
        .collect(ImmutableSet.toImmutableSet());
  }

  /** The program, and those in which some of its CPUs are one. */
  private static Set<ClientProgram> merged(ClientProgram program) {
    Set<ClientProgram> all = new LinkedHashSet<>();
    all.add(program);
    for (int one = 0; one < program.cpus().size(); one++) {
      for (int other = one + 1; other < program.cpus().size(); other++) {
        for (List<Operation> both :
            interleavings(program.cpus().get(one), program.cpus().get(other))) {
          List<ImmutableList<Operation>> cpus = new ArrayList<>(program.cpus());
          cpus.remove(other);
          cpus.set(one, ImmutableList.copyOf(both));
          all.addAll(merged(new ClientProgram(program.start(), ImmutableList.copyOf(cpus))));
        }
      }
    }
    return all;
  }

  private static List<List<Operation>> interleavings(List<Operation> one, List<Operation> other) {
    if (one.isEmpty() || other.isEmpty()) {
      return List.of(one.isEmpty() ? other : one);
    }
    List<List<Operation>> all = new ArrayList<>();
    addAfter(one.get(0), interleavings(one.subList(1, one.size()), other), all);
    addAfter(other.get(0), interleavings(one, other.subList(1, other.size())), all);
    return all;
  }

  private static void addAfter(
      Operation first, List<List<Operation>> rests, List<List<Operation>> all) {
    for (List<Operation> rest : rests) {
      List<Operation> whole = new ArrayList<>();
      whole.add(first);
      whole.addAll(rest);
      all.add(whole);
    }
  }

  /** The same program under the first memory model that allows it to go wrong. */
  private Shrunk strongest(Shrunk from, String broken) {
    Cell cell = from.cell();
    boolean onDefault = cell.platform() == Expectations.defaultPlatform(cell.model());
    for (MemoryModel model : MemoryModels.all()) {
      if (model.name().equals(cell.model())) {
        break;
      }
      Platform platform = onDefault ? Expectations.defaultPlatform(model.name()) : cell.platform();
      Cell stronger =
          Trials.cell(from.program(), cell.patch(), model.name(), platform, cell.accesses());
      if (trials.breaks(stronger, broken)) {
        return new Shrunk(from.program(), stronger);
      }
    }
    return from;
  }

  private Shrunk withSimplestStart(Shrunk from, String broken) {
    Optional<Cause> cause = Optional.empty();
    for (Start start : Start.values()) {
      if (start == from.program().start()) {
        break;
      }
      ClientProgram simpler = new ClientProgram(start, from.program().cpus());
      if (simpler.isSensible()) {
        Shrunk other = of(simpler.canonical(), from.cell());
        if (trials.breaks(other.cell(), broken)) {
          if (cause.isEmpty()) {
            cause = cause(from.cell(), broken);
          }
          if (cause.isPresent()
              && cause(other.cell(), broken).filter(cause.get()::isSame).isPresent()) {
            return other;
          }
        }
      }
    }
    return from;
  }

  private Optional<Cause> cause(Cell cell, String broken) {
    return trials.examine(cell).stream()
        .map(Examination.Examined::cause)
        .filter(cause -> cause.broken().equals(broken))
        .findFirst();
  }

  /** The order of programs: the smallest first. */
  static Comparator<ClientProgram> smallestFirst() {
    return SMALLEST_FIRST;
  }
}
