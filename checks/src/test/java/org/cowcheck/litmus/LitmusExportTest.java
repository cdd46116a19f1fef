package org.cowcheck.litmus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicReference;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.execution.Graph;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Explorer;
import org.cowcheck.explore.Watch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an exported test looks like to herd7 and klitmus7. */
final class LitmusExportTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "WRITE_ONCE(*x, 1);            | int *x      | WRITE_ONCE(*x, 1);",
        "xchg_release(x, 1);           | int *x      | r0 = xchg_release(x, 1);",
        "cmpxchg(x, 0, 1);             | int *x      | r0 = cmpxchg(x, 0, 1);",
        "atomic_inc(x);                | atomic_t *x | atomic_add(1, x);",
        "atomic_inc(x); xchg(x, 5);    | atomic_t *x | r0 = atomic_xchg(x, 5);",
        "atomic_inc(x); *x = 5;        | atomic_t *x | *((int *)x) = 5;",
        "atomic_inc(x); int r = *x;    | atomic_t *x | r0 = *((int *)x);",
        "atomic_inc(x); WRITE_ONCE(*x, 5); | atomic_t *x | atomic_set(x, 5);",
        "atomic_add_unless(x, 2, 1);   | atomic_t *x | r0 = atomic_add_unless(x, 2, 1);",
        "atomic_add_unless(x, 2, 0);   | atomic_t *x | r0 = atomic_add_unless(x, 1, 0);",
        "spin_lock(x);                 | spinlock_t *x | spin_lock(x);",
        "synchronize_srcu(x);          | struct srcu_struct *x | synchronize_srcu(x);",
        "int r = *x; int q = *(x + (r ^ r)); | int *x | r1 = *(x + (r0 & 0));",
        "int r = *x; *x = r + 1;       | int *x      | *x = 1 + (r0 & 0);",
        "int r = *x; cmpxchg(x, 0, r + 1); | int *x  | r1 = cmpxchg(x, 0, 1 + (r0 & 0));",
        "int r = atomic_inc_return(x); atomic_add_unless(x, r, 0); | atomic_t *x "
            + "| r1 = atomic_add_unless(x, 1 + (r0 & 0), 0);",
        "int r = *x; if (r == 0) *x = 1; | int *x    | if (r0 == 0) {",
      })
  void statement_isInTheVocabularyOfHerd(String statements, String parameter, String line) {
    String text = export("{}\nP0(int *x) { " + statements + " }");
    assertTrue(text.contains("P0(" + parameter + ")"), text);
    assertTrue(text.lines().anyMatch(found -> found.strip().equals(line)), text);
  }

  @Test
  void anAtomicHasItsTypeInTheInitialState() {
    String text = export("{ x=3; y=4; }\nP0(int *x, int *y, int *z) { atomic_inc(x); *y = *z; }");
    assertTrue(text.contains("{\n\tatomic_t x=ATOMIC_INIT(3);\n\ty=4;\n}"), text);
    assertTrue(export("{}\nP0(int *x) { atomic_inc(x); }").contains("x=ATOMIC_INIT(0)"));
  }

  @Test
  void valuesThatAreNoInt_areNumbered() {
    String text =
        export(
            """
            { x=4294967296; }
            P0(int *x) { atomic_add(-1, x); atomic_fetch_add(9, x); cmpxchg(x, -2, 5); }""");
    assertTrue(text.contains(" * x has 0 for 0, 1 for 4294967296, 2 for 4294967295"), text);
    assertTrue(text.contains("x=ATOMIC_INIT(1);"), text);
    assertTrue(text.contains("\tatomic_add(1, x);\n\tr0 = atomic_fetch_add(1, x);\n"), text);
    assertTrue(text.contains("\tr1 = atomic_cmpxchg(x, 4, 5);\n"), text);
    assertTrue(text.contains("exists (0:r0=2 /\\ 0:r1=3 /\\ x=3)"), text);
  }

  @Test
  void intsTooFarApartToBeSubtracted_areNumbered() {
    assertTrue(
        export("{ x=2147483647; }\nP0(int *x) { WRITE_ONCE(*x, -2); }").contains("exists (x=2)"),
        "numbered");
    assertTrue(
        export("{ x=2147483646; }\nP0(int *x) { WRITE_ONCE(*x, -1); }").contains("exists (x=-1)"),
        "as they are");
  }

  @Test
  void namesThatHerdKeepsForItself_areChanged() {
    String text = export("{}\nP0(int *lock, int *r0, int *x) { *lock = *r0 + *x; }");
    assertTrue(text.contains("lock_"), text);
    assertTrue(text.contains("int *r0_"), text);
  }

  @Test
  void aCommentCannotEndEarly() {
    Graph graph = anExecution("{}\nP0(int *x) { *x = 1; }");
    String text = LitmusExport.print("a b", "one *) {\ntwo (*", graph);
    assertTrue(text.startsWith("C a-b\n\n(*\n * one * ) {\n * two ( *\n *)\n"), text);
    assertEquals("a-b", LitmusReader.read("test", text).name());
  }

  private static String export(String test) {
    return LitmusExport.print("exported", "", anExecution(test));
  }

  private static Graph anExecution(String test) {
    LitmusProgram program = new LitmusProgram(LitmusReader.read("test", "C test\n" + test));
    AtomicReference<Graph> graph = new AtomicReference<>();
    Explorer.Visitor visitor =
        execution -> {
          graph.set(execution.graph());
          return "";
        };
    new Explorer(
            program.words(),
            program.threads(),
            MemoryModels.LKMM,
            Bounds.NONE,
            visitor,
            executions -> {},
            Watch.none())
        .explore();
    return graph.get();
  }
}
