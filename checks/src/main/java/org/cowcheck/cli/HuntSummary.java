package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.LinkedListMultimap;
import com.google.common.collect.ListMultimap;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.cowcheck.ablation.Column;
import org.cowcheck.hunt.Bag;
import org.cowcheck.hunt.Fate;
import org.cowcheck.hunt.Quarry;
import org.cowcheck.hunt.Violation;
import org.cowcheck.journal.Entry;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Verdict;

/** What a hunt has found: what became of the programs, and those that break something. */
final class HuntSummary {
  private static final int SLOWEST = 5;
  private static final String ROW = "  %-15s %5s %10s %10s %9s %9s %11s %11s %8s %7s %10s%n";

  private final Quarry quarry;
  private final Bag bag;

  HuntSummary(Quarry quarry, Bag bag) {
    this.quarry = quarry;
    this.bag = bag;
  }

  void print(Duration took, PrintStream out) {
    out.printf(
        "Hunt under %s: %,d programs, %s; this time %d:%02d:%02d%n",
        quarry.patch(),
        bag.sizes().stream().mapToLong(Bag.OfSize::programs).sum(),
        bag.left() == 0 ? "all done" : "%,d answers left".formatted(bag.left()),
        took.toHours(),
        took.toMinutesPart(),
        took.toSecondsPart());
    out.printf(
        ROW,
        "",
        "size",
        "programs",
        "run",
        "violated",
        "inherited",
        "containing",
        "independent",
        "Unknown",
        "failed",
        "left");
    for (Column column : quarry.columns()) {
      for (Bag.OfSize size : bag.sizes()) {
        size.columns().stream()
            .filter(fates -> fates.column().equals(column))
            .forEach(fates -> row(size, fates, out));
      }
    }
    violations(out);
    slowest(out);
    if (quarry.preemptions().isEmpty()) {
      each("Unknown", Verdict.UNKNOWN.word(), out);
    } else {
      out.printf(
          "Unknown: of programs of several CPUs only interleavings were looked at, with preemptions up"
              + " to %d%n",
          quarry.preemptions().getAsInt());
    }
    if (!bag.begun().isEmpty()) {
      out.printf("Begun, and nothing broken so far: %,d%n", bag.begun().size());
      bag.begun()
          .forEach(one -> out.printf("  %s: after %,d executions%n", one.cell(), one.executions()));
    }
    each("Failed", Entry.CellDone.FAILED, out);
    if (bag.unwritten() > 0) {
      out.printf(
          "%,d answers could not be written to the journal; they are found again next time%n",
          bag.unwritten());
    }
  }

  private static void row(Bag.OfSize size, Bag.Fates fates, PrintStream out) {
    long run =
        fates.counts().entrySet().stream()
            .filter(entry -> entry.getKey().isRun())
            .mapToLong(entry -> entry.getValue())
            .sum();
    out.printf(
        ROW,
        fates.column(),
        size.size(),
        number(size.programs()),
        number(run),
        number(fates.count(Fate.VIOLATED)),
        number(fates.count(Fate.INHERITED)),
        number(fates.count(Fate.CONTAINING)),
        number(fates.count(Fate.INDEPENDENT)),
        number(fates.count(Fate.UNKNOWN)),
        number(fates.count(Fate.FAILED)),
        number(size.left(fates)));
  }

  private static String number(long number) {
    return "%,d".formatted(number);
  }

  private void violations(PrintStream out) {
    ListMultimap<String, Violation> byProgram = LinkedListMultimap.create();
    bag.violations().forEach(one -> byProgram.put(one.program().toString(), one));
    out.printf(
        "Violated: %s%n",
        byProgram.isEmpty() ? "nothing" : number(byProgram.keySet().size()) + " programs");
    for (String program : byProgram.keySet()) {
      out.println("  " + program);
      ListMultimap<String, Violation> byBroken = LinkedListMultimap.create();
      byProgram.get(program).forEach(one -> byBroken.put(one.broken(), one));
      for (String broken : byBroken.keySet()) {
        List<Violation> all = byBroken.get(broken);
        out.printf(
            "    %s: %s%n",
            all.stream()
                .map(
                    one ->
                        one.cell().model()
                            + " x "
                            + Cell.name(one.cell().platform())
                            + (one.inherited() ? " (inherited)" : ""))
                .collect(Collectors.joining(", ")),
            broken);
        out.println("    Alone: " + quarry.command(all.get(0).cell()));
      }
    }
  }

  private void slowest(PrintStream out) {
    List<Entry.CellDone> most =
        bag.answers().stream()
            .sorted(Comparator.comparingLong(Entry.CellDone::executions).reversed())
            .limit(SLOWEST)
            .toList();
    if (!most.isEmpty()) {
      out.printf("Most executions:%n");
      most.forEach(
          done -> out.printf("  %,10d %s: %s%n", done.executions(), done.cell(), done.verdict()));
    }
  }

  private void each(String what, String verdict, PrintStream out) {
    ImmutableList<Entry.CellDone> found =
        bag.answers().stream()
            .filter(done -> done.verdict().equals(verdict))
            .collect(ImmutableList.toImmutableList());
    if (!found.isEmpty()) {
      out.printf("%s: %,d%n", what, found.size());
    }
    for (Entry.CellDone done : found) {
      out.printf(
          "  %s: %s%n    Alone: %s%n",
          done.cell(),
          done.message().isEmpty() ? done.stopped() : done.message(),
          done.reproduce());
    }
  }

  int exitCode() {
    if (!bag.violations().isEmpty()) {
      return ExitCode.FOUND;
    }
    boolean isWhole =
        bag.left() == 0
            && bag.answers().stream()
                .noneMatch(
                    done ->
                        done.verdict().equals(Verdict.UNKNOWN.word())
                            || done.verdict().equals(Entry.CellDone.FAILED));
    return isWhole ? ExitCode.OK : ExitCode.UNKNOWN;
  }
}
