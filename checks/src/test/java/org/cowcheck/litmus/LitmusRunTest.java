package org.cowcheck.litmus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.Bounds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the C of litmus tests means: values, dependencies and counts. Verdicts are those of LKMM
 * (tools/memory-model/Documentation/explanation.txt, "dependency relations"), and herd7's.
 */
final class LitmusRunTest {
  /** Message passing to a thread that the test supplies; Never if that keeps its reads in order. */
  private static final String WRITER =
      "P0(int *x, int *y) { WRITE_ONCE(*x, 1); smp_wmb(); WRITE_ONCE(*y, 1); }\n";

  /** Load buffering to a thread that the test supplies; Never if that keeps its read first. */
  private static final String OTHER =
      "P0(int *x, int *y) { int r0 = READ_ONCE(*y); smp_mb(); WRITE_ONCE(*x, 1); }\n";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "if (r0) WRITE_ONCE(*y, 1);",
        "if (r0 == 1) { WRITE_ONCE(*y, 1); } else { }",
        "if (r0) ; else ; if (r0) { if (1) WRITE_ONCE(*y, 1); }",
        "int r1 = 0; if (r0) r1 = 1; else r1 = 2; if (r1) WRITE_ONCE(*y, 1);",
        "if (r0 && 1) WRITE_ONCE(*y, 1);",
        "if (r0 ? 1 : 0) WRITE_ONCE(*y, 1);"
      })
  void controlDependency_ordersWritesInBranches(String statements) {
    assertEquals("Never", loadBuffering(statements));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "WRITE_ONCE(*y, 1);",
        "if (r0) { } WRITE_ONCE(*y, 1);",
        "if (1) WRITE_ONCE(*y, 1);",
        "int r1 = 5; if (r0) r1 = 1; else r1 = 1; WRITE_ONCE(*y, r1);"
      })
  void controlDependency_endsWithTheIf(String statements) {
    assertEquals("Sometimes", loadBuffering(statements));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "WRITE_ONCE(*y, r0);",
        "WRITE_ONCE(*y, 1 + r0 * 0);",
        "WRITE_ONCE(*y, (int)(r0 == r0));",
        "WRITE_ONCE(*y, 1 | (r0 ^ r0));",
        "int r1 = r0; int r2 = r1 - r1 + 1; WRITE_ONCE(*y, r2);",
        "xchg_relaxed(y, r0);",
        "atomic_set(y, r0 != 7);",
        "WRITE_ONCE(*y, r0 ? 1 : 1);",
        "WRITE_ONCE(*y, r0 || 1);"
      })
  void dataDependency_ordersTheWrite(String statements) {
    assertEquals("Never", loadBuffering(statements));
  }

  /**
   * A control dependency on one side, and on the other a read that the next update does not wait
   * for: 8 executions without a cycle of po | rf and 1 with one, as herd7 counts them.
   */
  @Test
  void loadBufferingThroughUpdates_isCounted() {
    LitmusResult result =
        run(
            """
            { refcount=1; excl=1; }
            P0(atomic_t *refcount, int *excl) {
              int r0 = atomic_add_return_acquire(1, refcount);
              int r1 = READ_ONCE(*excl);
              int r2 = atomic_add_return_acquire(1, refcount);
            }
            P1(atomic_t *refcount, int *excl) {
              int r0 = atomic_read(refcount);
              if (r0 <= 1) {
                int r1 = xchg_relaxed(excl, 0);
                smp_mb();
                int r2 = atomic_read(refcount);
                if (r2 > 2) { int r3 = xchg_relaxed(excl, 2); }
              }
            }
            exists (0:r1=2)
            """,
            MemoryModels.LKMM);
    assertEquals(1, result.positive());
    assertEquals(8, result.negative());
    assertEquals(1, result.cyclic());
    assertTrue(LitmusText.print(result).contains("Load buffering 1 of them"));
  }

  private static String loadBuffering(String statements) {
    return verdict(
        "{}\n"
            + OTHER
            + "P1(int *x, int *y) { int r0 = READ_ONCE(*x); "
            + statements
            + " }\nexists (0:r0=1 /\\ 1:r0=1)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "READ_ONCE(*y)         | READ_ONCE(*x)                    | Sometimes",
        "smp_load_acquire(y)   | READ_ONCE(*x)                    | Never",
        "READ_ONCE(*y)         | READ_ONCE(*(x + (r0 ^ r0)))      | Never",
        "READ_ONCE(*y)         | READ_ONCE(*(int *)(x + r0 * 0))  | Never",
        "READ_ONCE(*y)         | READ_ONCE(*(x + 0))              | Sometimes",
        "atomic_xchg(y, 1)     | READ_ONCE(*x)                    | Never",
        "xchg_relaxed(y, 1)    | READ_ONCE(*x)                    | Sometimes",
        "cmpxchg_acquire(y, 1, 2) | READ_ONCE(*x)                 | Never",
        "cmpxchg_acquire(y, 2, 2) | READ_ONCE(*x)                 | Sometimes",
      })
  void reads_areInOrderAsWithHerd(String first, String second, String verdict) {
    assertEquals(
        verdict,
        verdict(
            "{}\n"
                + WRITER
                + "P1(int *x, int *y) { int r0 = %s; int r1 = %s; }\n".formatted(first, second)
                + "exists (1:r0=1 /\\ 1:r1=0)"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      value = {
        "1 + 2 * 3                 @ 7",
        "(1 + 2) * 3               @ 9",
        "7 / 2 - 7 % 4             @ 0",
        "1 << 4 | 3 & 2 ^ 1        @ 19",
        "-2 < 1                    @ 1",
        "3 >= 4                    @ 0",
        "!0 + ~0                   @ 0",
        "2 && 0 || 3               @ 1",
        "0 ? 1 : 0x1f              @ 31",
        "1 == 1 != 0               @ 1",
        "(long)(unsigned int) 5UL  @ 5",
        "5 - 3 - 1                 @ 1",
        "never_assigned            @ 0",
        "atomic_read(a)            @ 4",
        "*a + 1                    @ 5",
        "atomic_add_return(3, a)   @ 7",
        "atomic_fetch_add(3, a)    @ 4",
        "atomic_sub_return(3, a)   @ 1",
        "atomic_fetch_sub_release(3, a) @ 4",
        "atomic_inc_return(a)      @ 5",
        "atomic_fetch_dec(a)       @ 4",
        "atomic_dec_and_test(a)    @ 0",
        "atomic_sub_and_test(4, a) @ 1",
        "atomic_inc_and_test(a)    @ 0",
        "atomic_add_negative(-5, a) @ 1",
        "atomic_add_unless(a, 1, 4) @ 0",
        "atomic_add_unless(a, 1, 5) @ 1",
        "xchg(a, 9)                @ 4",
        "cmpxchg(a, 4, 9)          @ 4",
        "cmpxchg(a, 5, 9)          @ 4",
        "spin_is_locked(l)         @ 0",
        "spin_trylock(l)           @ 1",
      })
  void expression_hasTheValueOfC(String expression, String value) {
    assertEquals(
        List.of("0:r0=" + value + ";"),
        states(
            "{ a=4; }\nP0(atomic_t *a, spinlock_t *l) { int r0 = %s; }\nlocations [0:r0;]"
                .formatted(expression)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      value = {
        "atomic_add(2, a);             @ 6",
        "atomic_sub(2, a);             @ 2",
        "atomic_inc(a);                @ 5",
        "atomic_dec(a);                @ 3",
        "atomic_set(a, 8);             @ 8",
        "atomic_set_release(a, 8);     @ 8",
        "smp_store_mb(*a, 8);          @ 8",
        "smp_store_release(a, 8);      @ 8",
        "rcu_assign_pointer(*a, 8);    @ 8",
        "*a = 8;                       @ 8",
        "*(int *)a = 8;                @ 8",
        "atomic_add_unless(a, 1, 4);   @ 4",
        "cmpxchg_release(a, 4, 9);     @ 9",
        "if (*a == 4) *a = 1; else *a = 2; @ 1",
        "{ int r1; { r1 = 3; } *a = r1; }  @ 3",
        "int r1 = 1, r2 = r1 + 1; *a = r2; @ 2",
      })
  void statement_hasTheEffectOfC(String statement, String value) {
    assertEquals(
        List.of("[a]=" + value + ";"),
        states("{ a=4; }\nP0(atomic_t *a) { %s }\nlocations [a;]".formatted(statement)));
  }

  @Test
  void pointersAreShownByName() {
    assertEquals(
        List.of("0:r0=x; 0:r1=1; [p]=y;"),
        states(
            """
            { x=1; int *p=&x; }
            P0(int *y, int **p) { int *r0 = *p; int r1 = *r0; *p = y; }
            locations [p; 0:r0; 0:r1]"""));
  }

  @Test
  void aPointerToNowhere_leadsToNoExecution() {
    assertEquals(
        List.of("0:r0=x; 0:r1=0;"),
        states(
            """
            { int *p=&x; }
            P0(int **p) { int *r0 = READ_ONCE(*p); int r1 = READ_ONCE(*r0); }
            P1(int **p) { WRITE_ONCE(*p, 0); }
            locations [0:r0; 0:r1]"""));
  }

  @Test
  void executionsThatTheFilterDrops_countNowhere() {
    String threads = "P0(int *x) { WRITE_ONCE(*x, 1); }\nP1(int *x) { int r0 = READ_ONCE(*x); }\n";
    LitmusResult all = run("{}\n" + threads + "exists (1:r0=1)", MemoryModels.LKMM);
    LitmusResult some =
        run("{}\n" + threads + "filter (1:r0=1)\nexists (1:r0=1)", MemoryModels.LKMM);
    assertEquals(List.of(1L, 1L), List.of(all.positive(), all.negative()));
    assertEquals(List.of(1L, 0L), List.of(some.positive(), some.negative()));
    assertEquals("Always", some.verdict());
  }

  @Test
  void storeBuffering_isSeenByTsoAndNotBySc() {
    String test =
        """
            {}
            P0(int *x, int *y) { WRITE_ONCE(*x, 1); int r0 = READ_ONCE(*y); }
            P1(int *x, int *y) { WRITE_ONCE(*y, 1); int r0 = READ_ONCE(*x); }
            exists (0:r0=0 /\\ 1:r0=0)""";
    assertEquals("Never", run(test, MemoryModels.SC).verdict());
    assertEquals("Sometimes", run(test, MemoryModels.TSO).verdict());
  }

  @Test
  void aBound_leavesTheVerdictOpen() {
    LitmusTest test =
        LitmusReader.read(
            "test",
            "C test\n{}\nP0(int *x) { WRITE_ONCE(*x, 1); }\nP1(int *x) { WRITE_ONCE(*x, 2); }\n"
                + "exists (x=3)");
    Bounds bounds = new Bounds(1, Duration.ofDays(1), 1000);
    LitmusResult result = LitmusRun.run(test, MemoryModels.LKMM, bounds, 1, () -> false);
    assertEquals("Unknown", result.verdict());
    assertEquals("--max-executions 1", result.stopped());
  }

  private static String verdict(String test) {
    return run(test, MemoryModels.LKMM).verdict();
  }

  private static ImmutableList<String> states(String test) {
    LitmusResult result = run(test, MemoryModels.LKMM);
    return result.states().stream()
        .map(state -> state.show(result.addresses()))
        .collect(Collectors.collectingAndThen(Collectors.toList(), ImmutableList::copyOf));
  }

  private static LitmusResult run(String test, MemoryModel model) {
    return LitmusRun.run(
        LitmusReader.read("test", "C test\n" + test), model, Bounds.NONE, 1, () -> false);
  }
}
