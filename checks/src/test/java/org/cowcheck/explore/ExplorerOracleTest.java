package org.cowcheck.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Sets;
import com.google.common.primitives.Ints;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.cowcheck.consistency.Growth;
import org.cowcheck.consistency.Judgement;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.execution.Graph;
import org.cowcheck.execution.Relation;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Word;
import org.junit.jupiter.api.Test;

/**
 * The explorer against the oracle within: on random programs it finds exactly the executions that
 * the {@link Enumerator} finds, each once, with the same final states.
 *
 * <p>{@code -Dcowcheck.oracle.programs=100000} looks at more programs than the default.
 */
final class ExplorerOracleTest {
  private static final int PROGRAMS = Integer.getInteger("cowcheck.oracle.programs", 3000);

  /** Above this, the enumerator is too slow to be asked. */
  private static final long LIMIT = 5000;

  /** How many programs a planted bug may pass before it must have been found. */
  private static final int ENOUGH_TO_CATCH = 1000;

  @Test
  void explorerFindsExactlyWhatTheEnumeratorFinds() {
    int compared = assertAgreement(RandomProgram::of);
    int enough = PROGRAMS * 2 / 3;
    assertTrue(compared >= enough, "only " + compared + " of " + PROGRAMS + " were compared");
  }

  /** Locks that wait for one another, beside trylocks and looks whether they are held. */
  @Test
  void explorerFindsAllThatLocksLeave() {
    int compared = assertAgreement(RandomProgram::withLocks);
    assertTrue(compared >= PROGRAMS / 2, "only " + compared + " were compared");
  }

  /** Returns how many programs were small enough to be compared. */
  private static int assertAgreement(LongFunction<RandomProgram> programs) {
    int compared = 0;
    for (long seed = 1; seed <= PROGRAMS; seed++) {
      RandomProgram random = programs.apply(seed);
      try {
        Enumerator enumerator = new Enumerator(random.program(), LIMIT);
        for (MemoryModel model : MemoryModels.all()) {
          assertEquals(
              "", difference(random.program(), enumerator, model, model), random::toString);
        }
        compared++;
      } catch (EveryCandidate.LimitException e) {
        // Too large for the oracle; the next seed is as good.
      }
    }
    return compared;
  }

  /**
   * What two CPUs do not go on with, once a grace period has skipped a section, is no execution.
   */
  @Test
  void explorerFindsAllThatGracePeriodsLeave() {
    AtomicLong skipped = new AtomicLong();
    assertEquals(
        "", lostToSkippedSections(model -> new Skipping(model, model::skipsSections, skipped)));
    assertTrue(skipped.get() > PROGRAMS / 4, "only " + skipped + " graphs were given up");
  }

  /** A grace period that waits for no section is no reason to give up. */
  @Test
  void givingUpWhereverBothMeetIsCaught() {
    assertNotEquals(
        "",
        lostToSkippedSections(
            model ->
                new Skipping(
                    model, ExplorerOracleTest::hasSectionAndGracePeriod, new AtomicLong())));
  }

  private static boolean hasSectionAndGracePeriod(Graph graph) {
    return has(graph, Fence::beginsSection) && has(graph, Fence::isGracePeriod);
  }

  private static boolean has(Graph graph, Predicate<Fence> kind) {
    return IntStream.range(0, graph.size())
        .mapToObj(graph::event)
        .anyMatch(event -> event.isFence() && kind.test(event.fence()));
  }

  /** The first difference of programs with sections, under models that give graphs up. */
  private static String lostToSkippedSections(UnaryOperator<MemoryModel> skipping) {
    for (long seed = 1; seed <= PROGRAMS / 3; seed++) {
      RandomProgram random = RandomProgram.withSections(seed);
      try {
        Enumerator enumerator = new Enumerator(random.program(), LIMIT);
        for (MemoryModel model : MemoryModels.all()) {
          String difference =
              difference(random.program(), enumerator, skipping.apply(model), model);
          if (!difference.isEmpty()) {
            return random + "\n" + difference;
          }
        }
      } catch (EveryCandidate.LimitException e) {
        // Too large for the oracle; the next seed is as good.
      }
    }
    return "";
  }

  /** A model that gives graphs up, and counts them. */
  private static final class Skipping extends Altered {
    private final Predicate<Graph> skips;
    private final AtomicLong skipped;

    Skipping(MemoryModel model, Predicate<Graph> skips, AtomicLong skipped) {
      super(model, model::mayGrow, UnaryOperator.identity());
      this.skips = skips;
      this.skipped = skipped;
    }

    @Override
    public boolean skipsSections(Graph graph) {
      boolean answer = skips.test(graph);
      if (answer) {
        skipped.incrementAndGet();
      }
      return answer;
    }
  }

  @Test
  void aSectionThatDoesNotEnd_isAnErrorOfThoseThatEndTheirs() {
    Explorer explorer =
        TestProgram.program()
            .cpu(Cpu::rcu_read_lock)
            .explorer(MemoryModels.LKMM, Bounds.NONE, execution -> "");
    assertEquals(1, explorer.explore().executions());
    assertThrows(IllegalStateException.class, explorer.ofEndingSections()::explore);
  }

  @Test
  void loadBufferingIsWhatTheExplorerLeavesOut() {
    int found = 0;
    for (long seed = 1; seed <= PROGRAMS; seed++) {
      RandomProgram random = RandomProgram.of(seed);
      TestProgram program = random.program();
      try {
        Enumerator enumerator = new Enumerator(program, LIMIT);
        for (MemoryModel model : MemoryModels.all()) {
          Map<List<Integer>, String> buffering = new LinkedHashMap<>();
          String stopped =
              new LoadBuffering(
                      ImmutableList.copyOf(program.memory.words()),
                      program.programs(),
                      ImmutableList.of(),
                      model,
                      new Watch(Bounds.NONE, () -> false),
                      execution ->
                          assertNull(
                              buffering.put(
                                  Ints.asList(execution.graph().canonicalForm()),
                                  program.state(execution)),
                              random::toString))
                  .search(1);
          assertEquals("", stopped);
          assertEquals(enumerator.loadBuffering(model), buffering, random::toString);
          found += buffering.size();
        }
      } catch (EveryCandidate.LimitException e) {
        // As above.
      }
    }
    assertTrue(found > PROGRAMS / 30, "load buffering was seen only " + found + " times");
  }

  /** What is kept from step to step answers as the axioms do, graph by graph. */
  @Test
  void growthAgreesWithTheAxioms() {
    AtomicLong asked = new AtomicLong();
    for (long seed = 1; seed <= PROGRAMS / 2; seed++) {
      TestProgram program = RandomProgram.of(seed).program();
      for (MemoryModel model : MemoryModels.all()) {
        program
            .explorer(
                new Altered(model, model::mayGrow, UnaryOperator.identity()) {
                  @Override
                  public Growth growth() {
                    return new CheckedGrowth(model.growth(), model, asked);
                  }
                },
                new Bounds(500, Bounds.NONE.timeout(), Bounds.NONE.maxEvents()),
                execution -> "")
            .explore();
      }
    }
    assertTrue(asked.get() > 50L * PROGRAMS, "only " + asked + " graphs were compared");
  }

  /** A growth that is compared with the axioms at each question. */
  private record CheckedGrowth(Growth growth, MemoryModel model, AtomicLong asked)
      implements Growth {
    @Override
    public void add(Graph graph, int id) {
      assertTrue(model.mayGrow(graph), "what is added at the end is always consistent");
      growth.add(graph, id);
    }

    @Override
    public Growth with(Graph graph, int id) {
      return checked(graph, growth.with(graph, id));
    }

    @Override
    public Growth of(Graph graph) {
      return checked(graph, growth.of(graph));
    }

    @Override
    public Growth released(Graph graph, int unlock, int read) {
      return checked(graph, growth.released(graph, unlock, read));
    }

    @Override
    public Growth revisited(Graph graph, Graph revisited, int[] newIds) {
      return checked(revisited, growth.revisited(graph, revisited, newIds));
    }

    private Growth checked(Graph graph, Growth answer) {
      asked.incrementAndGet();
      assertEquals(model.mayGrow(graph), answer != null, model.name());
      return answer == null ? null : new CheckedGrowth(answer, model, asked);
    }

    @Override
    public Growth copy() {
      return new CheckedGrowth(growth.copy(), model, asked);
    }
  }

  /** A growth that follows reads of old writes as if they were reads of the last is caught. */
  @Test
  void growthThatForgetsWhatIsOverwrittenIsCaught() {
    for (MemoryModel model : MemoryModels.all()) {
      assertCaught(
          new Altered(model, model::mayGrow, UnaryOperator.identity()) {
            @Override
            public Growth growth() {
              return new ForgetfulGrowth(model.growth());
            }

            @Override
            public Judgement judgeGrown(Graph graph) {
              return CONSISTENT;
            }
          },
          model);
    }
  }

  /** Lets everything pass that is not at the end of coherence order. */
  private record ForgetfulGrowth(Growth growth) implements Growth {
    @Override
    public void add(Graph graph, int id) {
      growth.add(graph, id);
    }

    @Override
    public Growth with(Graph graph, int id) {
      Growth other = growth.with(graph, id);
      return other == null ? copy() : new ForgetfulGrowth(other);
    }

    @Override
    public Growth of(Graph graph) {
      Growth other = growth.of(graph);
      return other == null ? null : new ForgetfulGrowth(other);
    }

    @Override
    public Growth copy() {
      return new ForgetfulGrowth(growth.copy());
    }
  }

  /** Counts, what is broken, races and flags do not depend on the number of threads. */
  @Test
  void severalThreadsFindTheSame() {
    for (long seed = 1; seed <= PROGRAMS / 10; seed++) {
      TestProgram program = RandomProgram.of(seed).program();
      for (MemoryModel model : MemoryModels.all()) {
        Explorer.Visitor visitor =
            execution -> program.state(execution).contains("1") ? "a one" : "";
        Exploration one = program.explorer(model, Bounds.NONE, visitor).explore(1);
        Exploration three = program.explorer(model, Bounds.NONE, visitor).explore(3);
        assertEquals(described(one), described(three));
      }
    }
  }

  private static String described(Exploration exploration) {
    return exploration.executions()
        + " blocked "
        + exploration.blocked()
        + " "
        + exploration.races()
        + exploration.flags()
        + exploration
            .violation()
            .map(execution -> Ints.asList(execution.graph().canonicalForm()).toString());
  }

  // Planted bugs: the comparison above would not pass them.

  @Test
  void explorerUnderAWeakerModelIsCaught() {
    assertCaught(MemoryModels.TSO, MemoryModels.SC);
    assertCaught(MemoryModels.LKMM, MemoryModels.TSO);
  }

  @Test
  void explorerUnderAStrongerModelIsCaught() {
    assertCaught(MemoryModels.SC, MemoryModels.TSO);
    assertCaught(MemoryModels.TSO, MemoryModels.LKMM);
  }

  @Test
  void judgementWithoutAtomicityIsCaught() {
    MemoryModel model = MemoryModels.SC;
    UnaryOperator<Judgement> forgive =
        judgement -> judgement.brokenAxiom().equals("atomic") ? CONSISTENT : judgement;
    assertCaught(new Altered(model, graph -> true, forgive), model);
  }

  @Test
  void judgementWithoutRcuIsCaught() {
    MemoryModel model = MemoryModels.LKMM;
    UnaryOperator<Judgement> forgive =
        judgement -> judgement.brokenAxiom().equals("rcu") ? CONSISTENT : judgement;
    assertCaught(new Altered(model, model::mayGrow, forgive), model);
  }

  @Test
  void growthInOrderOfCoherenceOnlyIsCaught() {
    for (MemoryModel model : MemoryModels.all()) {
      Predicate<Graph> inOrder = graph -> model.mayGrow(graph) && isCoherenceInOrderOfIds(graph);
      assertCaught(new Altered(model, inOrder, UnaryOperator.identity()), model);
    }
  }

  private static boolean isCoherenceInOrderOfIds(Graph graph) {
    for (int word = 0; word < graph.words(); word++) {
      for (int place = 1; place < graph.writes(word); place++) {
        if (graph.write(word, place) < graph.write(word, place - 1)) {
          return false;
        }
      }
    }
    return true;
  }

  @Test
  void programThatAnExplorerRunsDifferentlyIsCaught() {
    TestProgram asked = TestProgram.program();
    Word x = asked.word("x");
    asked.cpu(cpu -> cpu.WRITE_ONCE(x, 1)).cpu(cpu -> cpu.note("x", cpu.READ_ONCE(x)));
    TestProgram changed = TestProgram.program();
    Word same = changed.word("x");
    changed
        .cpu(cpu -> cpu.WRITE_ONCE(same, 1))
        .cpu(cpu -> cpu.note("x", cpu.atomic_inc_return(same)));
    Enumerator enumerator = new Enumerator(changed, LIMIT);
    assertNotEquals("", difference(asked, enumerator, MemoryModels.SC, MemoryModels.SC));
    assertEquals("", difference(changed, enumerator, MemoryModels.SC, MemoryModels.SC));
  }

  private static final Judgement CONSISTENT =
      new Judgement("", ImmutableList.of(), ImmutableSortedSet.of());

  /** A model with a planted bug. */
  private static class Altered implements MemoryModel {
    private final MemoryModel model;
    private final Predicate<Graph> mayGrow;
    private final UnaryOperator<Judgement> judgement;

    Altered(MemoryModel model, Predicate<Graph> mayGrow, UnaryOperator<Judgement> judgement) {
      this.model = model;
      this.mayGrow = mayGrow;
      this.judgement = judgement;
    }

    @Override
    public String name() {
      return model.name() + " with a planted bug";
    }

    @Override
    public boolean allowsLoadBuffering() {
      return model.allowsLoadBuffering();
    }

    @Override
    public Relation beforeWithoutCo(Graph graph) {
      return model.beforeWithoutCo(graph);
    }

    @Override
    public boolean mayGrow(Graph graph) {
      return mayGrow.test(graph);
    }

    @Override
    public Judgement judge(Graph graph) {
      return judgement.apply(model.judge(graph));
    }

    @Override
    public Relation preserved(Graph graph) {
      return model.preserved(graph);
    }

    @Override
    public Relation before(Graph graph) {
      return model.before(graph);
    }
  }

  /** Whether the first programs tell the explorer under a wrong model from the oracle. */
  private static void assertCaught(MemoryModel wrong, MemoryModel right) {
    for (long seed = 1; seed <= ENOUGH_TO_CATCH; seed++) {
      TestProgram program = RandomProgram.of(seed).program();
      try {
        Enumerator enumerator = new Enumerator(program, LIMIT);
        if (!difference(program, enumerator, wrong, right).isEmpty()) {
          return;
        }
      } catch (EveryCandidate.LimitException e) {
        // As above.
      }
    }
    fail(wrong.name() + " is not told from " + right.name());
  }

  // The comparison.

  /** What the explorer under one model finds differently from the oracle under another, if so. */
  private static String difference(
      TestProgram program, Enumerator enumerator, MemoryModel explored, MemoryModel judged) {
    Map<List<Integer>, String> expected = enumerator.consistent(judged);
    Map<List<Integer>, String> found = new LinkedHashMap<>();
    AtomicInteger again = new AtomicInteger();
    Explorer.Visitor visitor =
        execution -> {
          List<Integer> form = Ints.asList(execution.graph().canonicalForm());
          if (found.put(form, program.state(execution)) != null) {
            again.incrementAndGet();
          }
          return "";
        };
    long executions =
        program.explorer(explored, Bounds.NONE, visitor).ofEndingSections().explore().executions();
    if (found.equals(expected) && executions == expected.size()) {
      return "";
    }
    return String.format(
        "under %s: explorer %d, of them %s again; enumerator %d%nmissed %s%nmade up %s",
        explored.name(),
        executions,
        again,
        expected.size(),
        Sets.difference(expected.entrySet(), found.entrySet()),
        Sets.difference(found.entrySet(), expected.entrySet()));
  }
}
