package org.cowcheck.explore;

import com.google.common.collect.ImmutableSet;
import java.util.Set;
import java.util.function.Predicate;
import org.cowcheck.execution.Event;
import org.cowcheck.execution.Graph;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Pte;
import org.cowcheck.verdict.Cell;

/**
 * PG_anon_exclusive changes at few steps only, and is taken from a mapped page only when GUP-fast
 * can tell: with the entry cleared, or with write_protect_seq odd.
 */
final class ExclusiveFlagLaw {
  /** A new page; swap-in from an exclusive entry; reuse by the only owner; a PMD entry split. */
  private static final ImmutableSet<String> SET = ImmutableSet.of("N6", "RG23", "W8", "SP9");

  /** page_try_share_anon_rmap(), fork, and freeing. */
  private static final ImmutableSet<String> CLEAR = ImmutableSet.of("E3", "C9", "F8", "F13");

  private ExclusiveFlagLaw() {}

  /** Whether the law is about a cell: one of GUP-fast under a kernel that has the flag. */
  static boolean isAbout(Cell cell) {
    return cell.patch().base().hasAnonExclusive()
        && cell.scenario().patches().stream()
            .anyMatch(patch -> patch.name().equals("S3-without-M1"));
  }

  /** Looks at an execution: finds the steps that change the flag, and what breaks the law. */
  static void look(
      Cell cell, Iterable<Word> words, Graph graph, Set<String> steps, Set<String> broken) {
    for (Word word : words) {
      if (word.name().endsWith(".flags") && !word.name().equals("mm.flags")) {
        look(cell, word, graph, steps, broken);
      }
    }
  }

  private static void look(
      Cell cell, Word flags, Graph graph, Set<String> steps, Set<String> broken) {
    long exclusive = PageFlag.bit(PageFlag.anonExclusive(cell.kernel()));
    for (int place = 1; place < graph.writes(flags.number()); place++) {
      long before = graph.value(graph.write(flags.number(), place - 1)) & exclusive;
      Event write = graph.event(graph.write(flags.number(), place));
      if (before == (write.value() & exclusive)) {
        continue;
      }
      String label = write.step().label();
      steps.add(label);
      if (!(before == 0 ? SET : CLEAR).contains(label)) {
        broken.add(label + " changes PG_anon_exclusive");
      } else if (label.equals("E3") && Pte.present(lastEntry(graph, write))) {
        broken.add(label + " clears PG_anon_exclusive of a page that is mapped");
      } else if (label.equals("C9")
          && !cell.patch().name().contains("write-protect-seq")
          && (lastWrite(graph, write, "mm.write_protect_seq") & 1) == 0) {
        broken.add(label + " clears PG_anon_exclusive with write_protect_seq even");
      }
    }
  }

  /** What the CPU of an event has written to an entry of a page table last, of either level. */
  private static long lastEntry(Graph graph, Event event) {
    return lastWrite(graph, event, name -> name.matches(".*\\.(pte\\d*|pmd)"));
  }

  private static long lastWrite(Graph graph, Event event, String word) {
    return lastWrite(graph, event, word::equals);
  }

  /** What the CPU of an event has written last to a word of such a name. */
  private static long lastWrite(Graph graph, Event event, Predicate<String> word) {
    for (int index = event.index() - 1; index >= 0; index--) {
      Event earlier = graph.event(graph.at(event.cpu(), index));
      if (earlier.isWrite() && word.test(earlier.word().name())) {
        return earlier.value();
      }
    }
    throw new AssertionError(event + ": no earlier write");
  }
}
