package org.cowcheck.nightly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.Journal;
import org.cowcheck.journal.JournalContents;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nights do each task once, go on where they were stopped, and mark what failed. */
final class NightTest {
  @TempDir private Path directory;
  private final List<String> begun = Collections.synchronizedList(new ArrayList<>());

  private final List<Integer> left = new ArrayList<>();

  private final Night.Onlooker onlooker =
      new Night.Onlooker() {
        @Override
        public void starts(int run, int finished, Plan toDo) {
          left.add(toDo.tasks().size());
        }

        @Override
        public void begins(Task task) {
          begun.add(task.key().cell());
        }

        @Override
        public void finished(Entry.CellDone done) {}

        @Override
        public void unwritten(Task task, IOException e) {
          throw new AssertionError(e);
        }
      };

  /** A task that takes so long, in its own words, and answers with a verdict. */
  private record Fake(String engine, String name, double seconds, String verdict) implements Task {
    Fake(String name, double seconds, String verdict) {
      this("fake", name, seconds, verdict);
    }

    @Override
    public Entry.Key key() {
      return new Entry.Key(engine, name);
    }

    @Override
    public String reproduce() {
      return "do " + name;
    }

    @Override
    public Entry.CellDone run(int run, BooleanSupplier over) {
      if (verdict.isEmpty()) {
        throw new IllegalStateException("it broke");
      }
      return new Entry.CellDone(
          run,
          engine,
          name,
          verdict,
          verdict.equals("Never"),
          1,
          seconds,
          List.of(),
          List.of(),
          "",
          verdict.equals("Unknown") ? "--timeout 1s" : "",
          "",
          reproduce(),
          Journal.now(),
          null);
    }
  }

  private Night.End night(Plan plan, Night.Time spent, BooleanSupplier stopped)
      throws IOException, InterruptedException {
    try (Journal journal = Journal.open(directory)) {
      return new Night(journal, plan, Plan.Shard.WHOLE, spent, stopped, onlooker).run(1);
    }
  }

  private JournalContents contents() throws IOException {
    return JournalContents.read(directory.resolve(Journal.FILE));
  }

  @Test
  void theCheapestComeFirst_andThoseThatWereNeverFinishedBeforeThem() throws Exception {
    Plan plan =
        new Plan(
            ImmutableList.of(
                new Fake("dear", 9, "Never"),
                new Fake("unknown", 1, "Unknown"),
                new Fake("broken", 1, ""),
                new Fake("cheap", 2, "Sometimes")));
    Night.End end = night(plan, () -> false, () -> false);
    assertEquals(new Night.End(1, 4, 1, 0, 0), end);
    begun.clear();
    assertEquals(2, night(plan, () -> false, () -> false).run());
    assertEquals(List.of("broken", "unknown", "cheap", "dear"), begun);
  }

  @Test
  void theExplorerComesFirst_thenLincheck_thenJcstress() throws Exception {
    night(
        new Plan(
            ImmutableList.of(
                new Fake("jcstress", "a", 1, "passed"),
                new Fake("lincheck", "b", 1, "passed"),
                new Fake("explorer", "c", 9, "Never"),
                new Fake("lincheck", "d", 1, "passed"))),
        () -> false,
        () -> false);
    assertEquals(List.of("c", "b", "d", "a"), begun);
  }

  /** The explorer has more to do than the night is long: the others have their turn. */
  @Test
  void anEngineTakesHalfOfWhatIsLeft_ifOthersComeAfterIt() throws Exception {
    Plan plan =
        new Plan(
            IntStream.range(0, 100)
                .mapToObj(i -> new Fake(Plan.ENGINES.get(i % 3), "task" + i, 1, "Never"))
                .collect(ImmutableList.toImmutableList()));
    Night.End end = night(plan, new Countdown(new AtomicInteger(80), 0), () -> false);
    ImmutableList<Long> done =
        Plan.ENGINES.stream()
            .map(
                engine ->
                    begun.stream()
                        .map(name -> Integer.parseInt(name.substring("task".length())))
                        .filter(i -> Plan.ENGINES.get(i % 3).equals(engine))
                        .count())
            .collect(ImmutableList.toImmutableList());
    assertEquals(List.of(20L, 10L, 10L), done);
    assertEquals(60, end.left());
  }

  /** Whoever asks takes one of what is left; a night asks before and after each task. */
  private record Countdown(AtomicInteger left, int end) implements Night.Time {
    @Override
    public boolean isSpent() {
      return left.get() <= end || left.getAndDecrement() <= end;
    }

    @Override
    public Night.Time half() {
      return new Countdown(left, (left.get() + end) / 2);
    }
  }

  /** What a run before the last has seen is nothing new. */
  @Test
  void onlyOutcomesThatNoRunHasSeenAreNew() {
    JournalContents contents =
        new JournalContents(
            ImmutableList.of(
                observed(1, "0, 0"), observed(1, "0, 1"), observed(2, "0, 0"), observed(3, "0, 1")),
            ImmutableList.of());
    assertEquals(List.of(), Change.since(contents, 2, contents.cells(3)));
    Entry.CellDone other = observed(3, "1, 1");
    assertEquals(
        List.of("outcome never seen before: x: not seen before, 1, 1 now"),
        Change.since(contents, 2, ImmutableMap.of(other.key(), other)).stream()
            .map(Change::toString)
            .toList());
  }

  private static Entry.CellDone observed(int run, String outcome) {
    return new Entry.CellDone(
        run,
        "jcstress",
        "x",
        "passed",
        true,
        1,
        1,
        List.of(),
        List.of(new Entry.Count(outcome, 1)),
        "",
        "",
        "",
        "",
        "",
        null);
  }

  /** The plan of ten tasks is stopped after each number of tasks, and goes on. */
  @Test
  void whatWasStoppedGoesOn_andEachTaskIsDoneOnce() throws Exception {
    Plan plan =
        new Plan(
            IntStream.range(0, 10)
                .mapToObj(i -> new Fake("task" + i, 1, "Never"))
                .collect(ImmutableList.toImmutableList()));
    for (int i = 1; i <= 4; i++) {
      AtomicInteger left = new AtomicInteger(i);
      Night.End end = night(plan, () -> false, () -> left.getAndDecrement() <= 0);
      assertEquals(1, end.run());
    }
    Night.End end = night(plan, () -> false, () -> false);
    assertEquals(0, end.left());
    assertEquals(List.of(10, 9, 8, 6, 4), left);
    assertEquals(10, begun.stream().distinct().count());
    assertEquals(1, contents().runs().size());
    assertEquals(10, contents().cells(1).size());
    long entries = contents().entries().stream().filter(Entry.CellDone.class::isInstance).count();
    assertEquals(10, entries);
  }

  @Test
  void aSpentBudgetEndsTheRun_andTheNextBeginsWithWhatIsLeft() throws Exception {
    Plan plan =
        new Plan(
            ImmutableList.of(
                new Fake("a", 1, "Never"), new Fake("b", 1, "Never"), new Fake("c", 1, "Never")));
    AtomicInteger left = new AtomicInteger(2);
    Night.End end = night(plan, () -> left.getAndDecrement() <= 0, () -> false);
    assertEquals(2, end.left());
    begun.clear();
    assertEquals(2, night(plan, () -> false, () -> false).run());
    assertEquals(List.of("b", "c", "a"), begun);
  }

  @Test
  void anotherPlanBeginsAnotherRun() throws Exception {
    night(new Plan(ImmutableList.of(new Fake("a", 1, "Never"))), () -> false, () -> true);
    Night.End end =
        night(new Plan(ImmutableList.of(new Fake("b", 1, "Never"))), () -> false, () -> false);
    assertEquals(2, end.run());
  }

  @Test
  void shardsShareAllTasks_eachInOne() {
    List<Task> all =
        IntStream.range(0, 1000).mapToObj(i -> (Task) new Fake("task" + i, 1, "Never")).toList();
    List<String> found = new ArrayList<>();
    for (int part = 1; part <= 3; part++) {
      Plan plan = Plan.of(all, new Plan.Shard(part, 3));
      assertTrue(plan.tasks().size() > 250, "a third has " + plan.tasks().size());
      plan.tasks().forEach(task -> found.add(task.key().cell()));
    }
    assertEquals(1000, found.stream().distinct().count());
    assertEquals(1000, found.size());
  }

  @Test
  void changesAreToldApart() throws Exception {
    ImmutableMap<Entry.Key, Entry.CellDone> before =
        cells("a Never", "b Never", "c Sometimes", "d Never", "e Never");
    ImmutableMap<Entry.Key, Entry.CellDone> after =
        cells("a Never", "b Sometimes", "c Never", "d Unknown");
    assertEquals(
        List.of(
            "new Sometimes: b: Never before, Sometimes now",
            "other verdict: c: Sometimes before, Never now",
            "lost Never: d: Never before, Unknown now",
            "not done: e: Never before, nothing now"),
        Change.between(before, after).stream().map(Change::toString).toList());
  }

  private static ImmutableMap<Entry.Key, Entry.CellDone> cells(String... cells) {
    ImmutableMap.Builder<Entry.Key, Entry.CellDone> map = ImmutableMap.builder();
    for (String cell : cells) {
      String[] parts = cell.split(" ", 2);
      Entry.CellDone done = new Fake(parts[0], 1, parts[1]).run(1, () -> false);
      map.put(done.key(), done);
    }
    return map.buildOrThrow();
  }
}
