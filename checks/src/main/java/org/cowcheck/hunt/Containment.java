package org.cowcheck.hunt;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.client.Operation;
import org.cowcheck.client.Start;

/** Programs that are known to break something, and which others contain one of them. */
final class Containment {
  private final Map<Start, List<ClientProgram>> known = new ConcurrentHashMap<>();

  void add(ClientProgram program) {
    List<ClientProgram> ofStart =
        known.computeIfAbsent(program.start(), start -> new CopyOnWriteArrayList<>());
    ofStart.add(program);
    program.mirrored().filter(mirrored -> !mirrored.equals(program)).ifPresent(ofStart::add);
  }

  /** Whether a program contains one that was added, and is not that one itself. */
  boolean covers(ClientProgram program) {
    return known.getOrDefault(program.start(), List.of()).stream()
        .anyMatch(small -> small.size() < program.size() && contains(program, small));
  }

  /**
   * Whether a program does all that another does, from the same start: each CPU of the other has
   * one here that does the same in order, and maybe more before, after and in between.
   */
  static boolean contains(ClientProgram large, ClientProgram small) {
    return large.start() == small.start()
        && small.cpus().size() <= large.cpus().size()
        && fits(large.cpus(), small.cpus(), 0, new boolean[large.cpus().size()]);
  }

  private static boolean fits(
      ImmutableList<ImmutableList<Operation>> large,
      ImmutableList<ImmutableList<Operation>> small,
      int next,
      boolean[] taken) {
    if (next == small.size()) {
      return true;
    }
    for (int cpu = 0; cpu < large.size(); cpu++) {
      if (!taken[cpu] && isWithin(small.get(next), large.get(cpu))) {
        taken[cpu] = true;
        if (fits(large, small, next + 1, taken)) {
          return true;
        }
        taken[cpu] = false;
      }
    }
    return false;
  }

  private static boolean isWithin(List<Operation> few, List<Operation> many) {
    int found = 0;
    for (Operation operation : many) {
      if (found < few.size() && few.get(found) == operation) {
        found++;
      }
    }
    return found == few.size();
  }
}
