package org.cowcheck.hunt;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Iterators;
import com.google.common.collect.Sets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.client.Operation;
import org.cowcheck.client.Start;

/**
 * How many programs there are of one start, without making them.
 *
 * <p>What one CPU does bears on what another may do only by what a program may have once, see
 * {@link ClientProgram#wrongTwice}. So what a CPU may do is put into groups by that, and
 * combinations of groups are counted. Where two processes may change places the few programs that
 * have another form are made and counted.
 */
final class Census {
  private final Enumeration programs;
  private final Start start;
  private final Map<Integer, ImmutableList<Group>> groups = new HashMap<>();

  /**
   * Ways for one CPU to do things.
   *
   * @param once what they do that a program may have once
   * @param size how many they are
   */
  private record Group(ImmutableSet<String> once, long size) {}

  Census(Enumeration programs, Start start) {
    this.programs = programs;
    this.start = start;
  }

  /** How many programs there are of these shapes. */
  long count(ImmutableList<ImmutableList<Integer>> shapes) {
    ImmutableSet<Operation> mirrored =
        programs.alphabet(start).stream()
            .filter(this::hasMirror)
            .collect(Sets.toImmutableEnumSet());
    Enumeration few = programs.with(mirrored);
    return sum(shapes)
        - new Census(few, start).sum(shapes)
        + Iterators.size(few.ofShapes(start, shapes));
  }

  private boolean hasMirror(Operation operation) {
    return new ClientProgram(start, ImmutableList.of(ImmutableList.of(operation)))
        .mirrored()
        .isPresent();
  }

  private long sum(ImmutableList<ImmutableList<Integer>> shapes) {
    return shapes.stream().mapToLong(this::ofShape).reduce(0, Math::addExact);
  }

  /** Without regard to two processes that change places. */
  private long ofShape(ImmutableList<Integer> shape) {
    return ofRuns(shape, 0, ImmutableSet.of());
  }

  /** From a CPU on, which is the first that does so many operations. */
  private long ofRuns(ImmutableList<Integer> shape, int cpu, ImmutableSet<String> once) {
    if (cpu == shape.size()) {
      return 1;
    }
    int length = shape.get(cpu);
    int same = shape.lastIndexOf(length) - cpu + 1;
    return ofRun(shape, cpu + same, groups.computeIfAbsent(length, this::groups), 0, same, once);
  }

  private long ofRun(
      ImmutableList<Integer> shape,
      int next,
      ImmutableList<Group> of,
      int group,
      int cpus,
      ImmutableSet<String> once) {
    if (cpus == 0) {
      return ofRuns(shape, next, once);
    }
    if (group == of.size()) {
      return 0;
    }
    long count = ofRun(shape, next, of, group + 1, cpus, once);
    Group chosen = of.get(group);
    if (Sets.intersection(once, chosen.once()).isEmpty()) {
      ImmutableSet<String> more = Sets.union(once, chosen.once()).immutableCopy();
      for (int times = 1; times <= (chosen.once().isEmpty() ? cpus : 1); times++) {
        count =
            Math.addExact(
                count,
                Math.multiplyExact(
                    multisets(chosen.size(), times),
                    ofRun(shape, next, of, group + 1, cpus - times, more)));
      }
    }
    return count;
  }

  /** In how many ways one can choose so many of a number of things, if order does not matter. */
  private static long multisets(long things, int times) {
    long count = 1;
    for (int i = 0; i < times; i++) {
      count = Math.multiplyExact(count, things + i) / (i + 1);
    }
    return count;
  }

  private ImmutableList<Group> groups(int length) {
    Map<ImmutableSet<String>, Long> sizes = new HashMap<>();
    for (ImmutableList<Operation> one : programs.ofOneCpu(start, length)) {
      sizes.merge(once(one), 1L, Long::sum);
    }
    return sizes.entrySet().stream()
        .map(entry -> new Group(entry.getKey(), entry.getValue()))
        .collect(ImmutableList.toImmutableList());
  }

  private static ImmutableSet<String> once(List<Operation> operations) {
    return operations.stream()
        .map(ClientProgram::wrongTwice)
        .filter(wrong -> !wrong.isEmpty())
        .collect(ImmutableSet.toImmutableSet());
  }
}
