package org.cowcheck.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Set;
import java.util.TreeSet;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Program;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.scenario.Setting;
import org.junit.jupiter.api.Test;

/**
 * PG_anon_exclusive changes at few steps only, and is taken from a mapped page only when GUP-fast
 * can tell: with the entry cleared, or with write_protect_seq odd.
 */
final class ExclusiveFlagTest {
  /** A new page; swap-in from an exclusive entry; reuse by the only owner. */
  private static final ImmutableSet<String> SET = ImmutableSet.of("N6", "I11", "W8");

  /** page_try_share_anon_rmap(), fork, and freeing. */
  private static final ImmutableSet<String> CLEAR = ImmutableSet.of("E3", "C9", "F8", "F13");

  private final Set<String> seen = new TreeSet<>();

  @Test
  void changesOnlyWhereItMay() {
    for (Scenario scenario : Scenarios.all()) {
      for (Patch patch : scenario.patches()) {
        if (patch.base().hasAnonExclusive() && isOfExclusivity(scenario)) {
          check(scenario, new Kernel(patch, Platform.GENERIC, Accesses.MARKED));
        }
      }
    }
    // W8 takes a page that is not exclusive and has one owner; no scenario has that.
    assertEquals(ImmutableSet.of("C9", "E3", "F13", "F8", "I11", "N6"), seen);
  }

  private static boolean isOfExclusivity(Scenario scenario) {
    return scenario.patches().stream().anyMatch(patch -> patch.name().equals("S3-without-M1"));
  }

  private void check(Scenario scenario, Kernel kernel) {
    Setting setting = scenario.build(kernel);
    long exclusive = PageFlag.bit(PageFlag.anonExclusive(kernel.state()));
    new Explorer(
            ImmutableList.copyOf(setting.memory().words()),
            setting.programs().stream().map(Program::body).collect(ImmutableList.toImmutableList()),
            MemoryModels.SC,
            Bounds.NONE,
            execution -> {
              for (Word word : setting.memory().words()) {
                if (word.name().endsWith(".flags") && !word.name().equals("mm.flags")) {
                  check(execution.graph(), word, exclusive, kernel);
                }
              }
              return "";
            },
            executions -> {},
            Watch.none())
        .explore();
  }

  private void check(Graph graph, Word flags, long exclusive, Kernel kernel) {
    for (int place = 1; place < graph.writes(flags.number()); place++) {
      long before = graph.value(graph.write(flags.number(), place - 1)) & exclusive;
      Event write = graph.event(graph.write(flags.number(), place));
      if (before == (write.value() & exclusive)) {
        continue;
      }
      String label = write.step().label();
      seen.add(label);
      assertTrue((before == 0 ? SET : CLEAR).contains(label), write::toString);
      if (label.equals("E3")) {
        assertEquals(0, lastWrite(graph, write, "mm.pte"), write::toString);
      } else if (label.equals("C9") && !kernel.patch().name().contains("write-protect-seq")) {
        assertEquals(1, lastWrite(graph, write, "mm.write_protect_seq") & 1, write::toString);
      }
    }
  }

  /** What the CPU of an event has written to a word last. */
  private static long lastWrite(Graph graph, Event event, String word) {
    for (int index = event.index() - 1; index >= 0; index--) {
      Event earlier = graph.event(graph.at(event.cpu(), index));
      if (earlier.isWrite() && earlier.word().name().equals(word)) {
        return earlier.value();
      }
    }
    throw new AssertionError(event + ": no earlier write to " + word);
  }
}
