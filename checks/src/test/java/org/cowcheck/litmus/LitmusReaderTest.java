package org.cowcheck.litmus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which files are tests, and what is said of those that are none. */
final class LitmusReaderTest {
  private static final String THREAD = "P0(int *x) { WRITE_ONCE(*x, 1); }\n";

  @Test
  void commentsOfAllKinds_areNoPartOfATest() {
    LitmusTest test =
        LitmusReader.read(
            "test",
            """
            C name+with-signs_1
            "PodWW Rfe" Cycle=Rfe
            Result: Never // not C yet
            (* { outside (* nested *) *)
            { (* x=1; *) y=2; /* z=3; */ }
            // P7
            P0(int *x /* the word */) { // }
              int r0 = READ_ONCE(*x); /* } */
              int r1 = (*x); }
            (* P1 *)
            exists (* } *) (0:r0=0)
            """);
    assertEquals("name+with-signs_1", test.name());
    assertEquals(Set.of("x", "y"), test.locations().keySet());
    assertEquals(1, test.threads().size());
    assertEquals("exists (0:r0=0)", test.condition().toString());
  }

  @ParameterizedTest
  @CsvSource({"MP+polocks.litmus, MP+polocks", "a.b, a.b", "litmus, litmus"})
  void name_isWithoutTheSuffixOfFiles(String first, String name) {
    assertEquals(name, LitmusReader.read("test", "C " + first + "\n{}\n" + THREAD).name());
  }

  @Test
  void initialState_hasAllFormsOfHerd() {
    LitmusTest test =
        LitmusReader.read(
            "test",
            "C test\n{ a=1; int b=-2; int *c=&a; d=a; int *e=a; atomic_t f=ATOMIC_INIT(3);"
                + " spinlock_t g; struct srcu_struct h; 0:r1=5; int 0:r2=b; P0:r3=0x10; [i]=7;"
                + " volatile int j; }\nP0(int *a, int *k) { }\n");
    assertEquals(
        "{a=1, b=-2, c=a, d=a, e=a, f=3, g=0, h=0, i=7, j=0, k=0}", test.locations().toString());
    assertEquals("{0:r1=5, 0:r2=b, 0:r3=16}", test.registers().toString());
  }

  @Test
  void parameters_haveTheTypesOfTheKernel() {
    LitmusTest test =
        LitmusReader.read(
            "test",
            "C test\n{}\nP0(int *a, volatile int* b, spinlock_t *c, struct srcu_struct *d,"
                + " atomic_t *e, int **f, intptr_t *g, const unsigned long *h) { }\nP1() { }");
    assertEquals(
        List.of("a", "b", "c", "d", "e", "f", "g", "h"), test.threads().get(0).parameters());
    assertEquals(List.of(), test.threads().get(1).parameters());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "exists (0:r1=1)                    ; exists (0:r1=1)",
        "exists (P0:r1=1)                   ; exists (0:r1=1)",
        "~exists (x=1 /\\ *y=2 /\\ [z]=3)   ; ~exists ([x]=1 /\\ [y]=2 /\\ [z]=3)",
        "forall x=1                         ; forall ([x]=1)",
        "exists x=1 \\/ y=2 /\\ z=3         ; exists ([x]=1 \\/ [y]=2 /\\ [z]=3)",
        "exists ((x=1 \\/ y=2) /\\ z=3)     ; exists (([x]=1 \\/ [y]=2) /\\ [z]=3)",
        "exists (~x=1)                      ; exists (not ([x]=1))",
        "exists (not x=1 /\\ y=2)           ; exists (not ([x]=1) /\\ [y]=2)",
        "exists (x!=1)                      ; exists (not ([x]=1))",
        "exists (0:r1=x)                    ; exists (0:r1=x)",
        "exists (0:r1=&x)                   ; exists (0:r1=x)",
        "exists (0:r1=0:r2)                 ; exists (0:r1=0:r2)",
        "exists (x=[y])                     ; exists ([x]=[y])",
        "exists (true)                      ; exists (true)",
        "exists (false)                     ; exists (false)",
        "(x=1)                              ; exists ([x]=1)",
        "''                                 ; forall (true)",
      })
  void condition_isPrintedAsHerdDoes(String condition, String printed) {
    assertEquals(
        printed,
        LitmusReader.read("test", "C test\n{}\n" + THREAD + condition).condition().toString());
  }

  @Test
  void statesShowWhatConditionAndLocationsName() {
    LitmusTest test =
        LitmusReader.read(
            "test",
            "C test\n{ u=1; }\n"
                + THREAD
                + "locations [z; 0:r2; *w;]\nfilter (y=1)\nexists (0:r10=x)");
    assertEquals("[0:r10, 0:r2, [w], [z]]", test.observed().toString());
    assertEquals(Set.of("u", "w", "x", "y", "z"), test.locations().keySet());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "while (1) { }                ; while",
        "for (r0 = 0, 1) { }          ; -",
        "do { } while (0)             ; -",
        "goto out                     ; goto",
        "return                       ; return",
        "break                        ; break",
        "r0 = x->next                 ; 'x->next'",
        "r0 = x[1]                    ; 'x[1]'",
        "r0++                         ; 'r0++'",
        "r0 += 1                      ; 'r0+=1'",
        "r0 = sizeof r0               ; 'sizeofr0'",
        "int r1[2]                    ; an array",
        "kfree(x)                     ; kfree()",
        "r0 = try_cmpxchg(x, 1, 2)    ; try_cmpxchg()",
      })
  void unsupportedC_isNamedWithItsPlace(String statement, String what) {
    String text = "C test\n{}\nP0(int *x) {\n  " + statement + ";\n}\n";
    if (what.equals("-")) {
      assertThrows(LitmusException.class, () -> LitmusReader.read("test", text));
      return;
    }
    String message =
        assertThrows(UnsupportedException.class, () -> LitmusReader.read("test", text))
            .getMessage();
    assertEquals(": unsupported: " + what, message.replaceFirst("^test:4:\\d+", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "``                                ; 1:1: expected the first line of a litmus test, such as 'C MP+poonceonces'",
        "`  `                              ; 1:1: expected the first line of a litmus test, such as 'C MP+poonceonces'",
        "C test                            ; 1:7: expected the initial state, '{ ... }', found the end",
        "C test {} P0(int *x) { r0 = }     ; 1:29: expected an expression, found '}'",
        "C test {} P0(int *x) { r0 = 1 }   ; 1:31: expected",
        "C test {} P0(int *x) {            ; 1:23: expected a block, found the end",
        "C test {} P0(int *x) { } exists (0:r0) ; 1:38: expected '=', '==', '!=', found ')'",
        "C test {} P0(int *x) { } exists (1:r0=0) ; 1:34: expected a register of P0, found 1:r0",
        "C test {} P0() { } P1() { } exists (2:r0=0) ; 1:37: expected a register of P0 to P1, found 2:r0",
        "C test {} P1(int *x) { }          ; 1:11: expected P0, found P1",
        "C test {} P0(int *x) { } exists (1234567:r0=0) ; 1:34: expected a register of P0, found 1234567:r0",
        "C test {} P0(int *x) { } locations [1:r0] ; 1:37: expected a register of P0, found 1:r0",
        "C test {} P0(int *x) { } filter (1:r0=0) ; 1:34: expected a register of P0, found 1:r0",
        "C test { 1:r0=0 } P0(int *x) { }  ; 1:10: expected a register of P0, found 1:r0",
        "C test {} exists (x=0)            ; 1:11: expected 'void', a thread such as P0, found 'exists'",
        "C test {} P0(int *x) { } exists (x=0) P1() { } ; 1:39: expected the end",
        "C test {} P0(int *x) { \u0000 }   ; 1:24: expected a block, found a control character",
        "C test {} P0(int *x) { READ_ONCE(r0) } ; 1:38: expected",
        "C test {} P0(int *x) { /* }       ; 1:24: expected '*/' after '/*', found the end",
        "C test {} (* P0(int *x) { }       ; 1:11: expected '*)' after '(*', found the end",
        "C test { x=99999999999999999999 } P0(int *x) { } ; 1:12: expected a number of 64 bits, found one that is larger",
      })
  void malformedFile_isToldWhereAndWhatWasExpected(String text, String start) {
    assertMessage("test:" + start, text.replace(";", "\n"));
  }

  /** What herd7 calls a non-symbolic access: the test would quietly have no execution. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "WRITE_ONCE(*y, 1)          ; 1:36",
        "int r0 = *y                ; 1:34",
        "*y = 1                     ; 1:25",
        "smp_store_release(y, 1)    ; 1:42",
        "atomic_add(1, y)           ; 1:38",
        "atomic_fetch_add(1, y)     ; 1:44",
        "xchg(y, 1)                 ; 1:29",
        "cmpxchg(y, 0, 1)           ; 1:32",
        "spin_lock(y)               ; 1:34",
        "int y, r0 = *y             ; 1:37",
      })
  void aPointerThatNothingMakesOne_isToldWhere(String statement, String place) {
    assertMessage(
        "test:" + place + ": expected a parameter or a variable that is assigned, found 'y'",
        "C test {} P0(int *x) { " + statement + "; }");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{}      ; int *y = READ_ONCE(*x)",
        "{}      ; int *y",
        "{0:y=x} ; int r0",
      })
  void aPointerThatIsAssigned_mayBeFollowed(String init, String statement) {
    String follow = statement.equals("int *y") ? "y = x; READ_ONCE(*y);" : "READ_ONCE(*y);";
    LitmusTest test =
        LitmusReader.read(
            "test", "C test %s P0(int **x) { %s; %s }".formatted(init, statement, follow));
    assertEquals(1, test.threads().size());
  }

  @Test
  void numbers_haveSixtyFourBits() {
    LitmusTest test =
        LitmusReader.read(
            "test",
            "C test { a=9223372036854775807; b=-9223372036854775808; c=18446744073709551615;"
                + " d=0xffffffffffffffff; } P0(int *a) { }");
    assertEquals(
        "{a=9223372036854775807, b=-9223372036854775808, c=-1, d=-1}", test.locations().toString());
    assertMessage(
        "test:1:12: expected a number of 64 bits, found one that is larger",
        "C test { x=18446744073709551616 } P0(int *x) { }");
  }

  @Test
  void argumentsAreCounted() {
    assertMessage(
        "test:1:24: expected 2 arguments of WRITE_ONCE(), found 1",
        "C test {} P0(int *x) { WRITE_ONCE(*x); }");
    assertMessage(
        "test:1:34: expected '*pointer' as the first argument of READ_ONCE(), found 'x'",
        "C test {} P0(int *x) { READ_ONCE(x); }");
  }

  @Test
  void testsForOtherLanguages_areUnsupported() {
    String message =
        assertThrows(
                UnsupportedException.class,
                () -> LitmusReader.read("test", "AArch64 MP\n{}\nP0 | P1 ;\n"))
            .getMessage();
    assertEquals("test:1:1: unsupported: litmus tests for AArch64; only C is", message);
  }

  @Test
  void hostileInput_endsInOneLine() {
    int many = 1_000_000;
    assertMessage(
        "test:1:228: expected at most 200 brackets within each other",
        "C test {} P0(int *x) { r0 = " + "(".repeat(many));
    assertMessage(
        "test:1:1: expected at most 1048576 characters, found 2000000", "C".repeat(2 * many));
    String nested = "expected less nesting, found 501 levels";
    String thread = "C test {} P0(int *x) { r0 = ";
    assertMessage("test:1:524: " + nested, thread + "!".repeat(many) + "0; }");
    assertMessage("test:1:29: " + nested, thread + "1" + "+1".repeat(many / 4) + "; }");
    assertMessage("test:1:", thread + "0 ? 1 : ".repeat(many / 10) + "; }");
    assertMessage("test:1:", "C test {} P0(int *x) { " + "if (1) ".repeat(many / 8) + "; }");
    assertMessage("test:1:", "C test {} P0() { " + "if (1) ; else ".repeat(many / 15) + "; }");
    assertMessage("test:1:", "C test {} P0() { } exists (" + "~".repeat(many) + "x=1)");
    assertMessage("test:1:", "C test {} P0() { } exists (x=1" + " /\\ x=1".repeat(many / 8) + ")");
    assertMessage(
        "test:2:1: unsupported: 10001 locations; at most 1000 are",
        "C test\n{ x; } P0(int *x) { } locations ["
            + IntStream.range(0, 10_000).mapToObj(i -> "x" + i + ";").collect(Collectors.joining())
            + "]");
    assertMessage("test:66:1: unsupported: 10000 threads; at most 64 are", threads(10_000));
  }

  private static String threads(int number) {
    return "C test {}\n"
        + IntStream.range(0, number)
            .mapToObj(thread -> "P" + thread + "(int *x) { }\n")
            .collect(Collectors.joining());
  }

  private static void assertMessage(String expected, String text) {
    String message =
        assertTimeoutPreemptively(
            Duration.ofSeconds(20),
            () ->
                assertThrows(LitmusException.class, () -> LitmusReader.read("test", text))
                    .getMessage());
    assertEquals(expected, message.substring(0, Math.min(message.length(), expected.length())));
    assertEquals(1, message.lines().count());
  }
}
