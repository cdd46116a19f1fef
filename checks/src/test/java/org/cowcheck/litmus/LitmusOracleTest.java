package org.cowcheck.litmus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.cowcheck.consistency.Judgement;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.EveryExecution;
import org.cowcheck.explore.Execution;
import org.cowcheck.explore.Explorer;
import org.cowcheck.explore.Watch;
import org.junit.jupiter.api.Test;

/**
 * Random litmus tests, three ways: what {@link LitmusRun} finds is what the plain enumerator finds,
 * and an execution that is exported and read back is still there.
 *
 * <p>{@code -Dcowcheck.oracle.litmus=100000} looks at more tests than the default.
 */
final class LitmusOracleTest {
  private static final int PROGRAMS = Integer.getInteger("cowcheck.oracle.litmus", 400);

  /** Above this, the enumerator is too slow to be asked. */
  private static final long LIMIT = 1500;

  /** How many tests a planted bug may pass before it must have been found. */
  private static final int ENOUGH_TO_CATCH = 600;

  @Test
  void runFindsExactlyWhatTheEnumeratorFinds() {
    int compared = 0;
    for (long seed = 1; seed <= PROGRAMS; seed++) {
      String text = RandomLitmus.of(seed);
      LitmusTest test = LitmusReader.read("random", text);
      Optional<ImmutableList<Execution>> all = everyExecution(test);
      if (all.isPresent()) {
        for (MemoryModel model : MemoryModels.all()) {
          assertEquals(
              expected(test, model, all.orElseThrow()), found(test, model), () -> model + text);
        }
        compared++;
      }
    }
    int enough = PROGRAMS * 2 / 3;
    assertTrue(compared >= enough, "only " + compared + " of " + PROGRAMS + " were compared");
  }

  @Test
  void exportedExecutionsAreReadBack() {
    int compared = 0;
    for (long seed = 1; seed <= PROGRAMS; seed++) {
      String text = RandomLitmus.of(seed);
      Optional<String> difference = roundTrip(seed, UnaryOperator.identity());
      compared += difference.isPresent() ? 1 : 0;
      assertEquals("", difference.orElse(""), text);
    }
    int enough = PROGRAMS / 2;
    assertTrue(compared >= enough, "only " + compared + " of " + PROGRAMS + " were compared");
  }

  // Planted bugs: the comparisons above would not pass them.

  @Test
  void runUnderAnotherModelIsCaught() {
    for (long seed = 1; seed <= ENOUGH_TO_CATCH; seed++) {
      LitmusTest test = LitmusReader.read("random", RandomLitmus.of(seed));
      Optional<ImmutableList<Execution>> all = everyExecution(test);
      if (all.isPresent()
          && !expected(test, MemoryModels.LKMM, all.orElseThrow())
              .equals(found(test, MemoryModels.TSO))) {
        return;
      }
    }
    fail("lkmm is not told from tso");
  }

  @Test
  void exportWithoutDataAndAddressDependenciesIsCaught() {
    assertCaught(text -> text.replaceAll(" \\+ \\(r\\d+ & 0\\)", ""));
  }

  @Test
  void exportWithoutControlDependenciesIsCaught() {
    // Without its condition, the unlock after a trylock would be wrong, not just unordered.
    assertCaught(
        text -> text.contains("trylock") ? text : text.replaceAll("if \\(.*?\\)", "if (1)"));
  }

  @Test
  void exportWithAnotherOrderIsCaught() {
    assertCaught(text -> text.replaceAll("(xchg|add)_release", "$1_relaxed"));
    assertCaught(text -> text.replace("smp_load_acquire(", "READ_ONCE(*"));
  }

  @Test
  void exportWithoutAFenceIsCaught() {
    assertCaught(text -> text.replace("smp_wmb();", ""));
    assertCaught(text -> text.replace("synchronize_srcu(s);", ""));
  }

  @Test
  void exportOfAnotherOutcomeIsCaught() {
    assertCaught(text -> text.replace("0:r0=0", "0:r0=1"));
  }

  private static void assertCaught(UnaryOperator<String> bug) {
    for (long seed = 1; seed <= ENOUGH_TO_CATCH; seed++) {
      if (!roundTrip(seed, bug).orElse("").isEmpty()) {
        return;
      }
    }
    fail("a planted bug is not caught");
  }

  // The run and the enumerator.

  private static Optional<ImmutableList<Execution>> everyExecution(LitmusTest test) {
    LitmusProgram program = new LitmusProgram(test);
    return EveryExecution.of(program.words(), program.threads(), MemoryModels.LKMM, LIMIT);
  }

  private static String found(LitmusTest test, MemoryModel model) {
    LitmusResult result = LitmusRun.run(test, model, Bounds.NONE, 1, () -> false);
    assertTrue(result.isComplete(), result::stopped);
    return describe(
        result.states(), result.positive(), result.negative(), result.flags(), result.addresses());
  }

  private static String expected(LitmusTest test, MemoryModel model, List<Execution> all) {
    LitmusProgram program = new LitmusProgram(test);
    TreeSet<State> states = new TreeSet<>();
    TreeSet<String> flags = new TreeSet<>();
    long positive = 0;
    long negative = 0;
    for (Execution execution : all) {
      Judgement judgement = model.judge(execution.graph());
      if (judgement.isConsistent()) {
        flags.addAll(judgement.flags());
        State state = state(test, execution).orElseThrow();
        states.add(state.of(State.places(test.observed())));
        if (test.condition().proposition().holds(state, program.addresses())) {
          positive++;
        } else {
          negative++;
        }
      }
    }
    return describe(states, positive, negative, flags, program.addresses());
  }

  private static Optional<State> state(LitmusTest test, Execution execution) {
    return new LitmusProgram(test).state(execution);
  }

  private static String describe(
      Iterable<State> states,
      long positive,
      long negative,
      Iterable<String> flags,
      Addresses addresses) {
    List<String> shown = new ArrayList<>();
    states.forEach(state -> shown.add(state.show(addresses)));
    return String.format(
        "%s%npositive %d, negative %d, flags %s",
        String.join("\n", shown), positive, negative, flags);
  }

  // Export and back.

  /**
   * What is lost of an execution of a random test on its way, or the empty string; nothing if there
   * is no execution or one of the two tests is too large for the enumerator.
   *
   * @param bug changes what is exported
   */
  private static Optional<String> roundTrip(long seed, UnaryOperator<String> bug) {
    LitmusTest test = LitmusReader.read("random", RandomLitmus.of(seed));
    List<Execution> consistent = seed % 2 == 0 ? explored(test) : enumerated(test);
    if (consistent.isEmpty()) {
      return Optional.empty();
    }
    String text = export(consistent.get(new Random(seed).nextInt(consistent.size())));
    LitmusTest back = LitmusReader.read("exported", bug.apply(text));
    return everyExecution(back).map(all -> lost(text, back, all));
  }

  /** What the explorer finds; its ids are in the order in which it came to the events. */
  private static List<Execution> explored(LitmusTest test) {
    LitmusProgram program = new LitmusProgram(test);
    List<Execution> executions = new ArrayList<>();
    Explorer.Visitor visitor =
        execution -> {
          executions.add(execution);
          return "";
        };
    new Explorer(
            program.words(),
            program.threads(),
            MemoryModels.LKMM,
            Bounds.NONE,
            visitor,
            number -> {},
            Watch.none())
        .explore();
    return executions;
  }

  private static List<Execution> enumerated(LitmusTest test) {
    return everyExecution(test).orElse(ImmutableList.of()).stream()
        .filter(execution -> MemoryModels.LKMM.judge(execution.graph()).isConsistent())
        .toList();
  }

  private static String lost(String text, LitmusTest back, List<Execution> all) {
    boolean seen = false;
    for (Execution execution : all) {
      if (MemoryModels.LKMM.judge(execution.graph()).isConsistent()
          && back.condition()
              .proposition()
              .holds(state(back, execution).orElseThrow(), new LitmusProgram(back).addresses())) {
        seen = true;
        if (withoutLegend(export(execution)).equals(withoutLegend(text))) {
          return "";
        }
      }
    }
    return (seen ? "the outcome is seen, by other executions only\n" : "no such outcome\n") + text;
  }

  private static String export(Execution execution) {
    return LitmusExport.print("exported", "", execution.graph());
  }

  /** Values that are numbered once are small; they are not numbered again. */
  private static String withoutLegend(String text) {
    return text.substring(text.indexOf("*)"));
  }
}
