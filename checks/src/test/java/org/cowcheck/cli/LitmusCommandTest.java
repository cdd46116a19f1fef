package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code cowcheck litmus}: what is printed where, and the exit codes. */
final class LitmusCommandTest {
  private static final String DIRECTORY = Path.of("src/test/resources/litmus").toString();
  private static final String MP_RACE = DIRECTORY + "/MP+plain+race.litmus";

  private final PrintStream realOut = System.out;
  private final PrintStream realErr = System.err;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir Path temporary;

  @BeforeEach
  void capture() {
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void release() {
    System.setOut(realOut);
    System.setErr(realErr);
  }

  @Test
  void csv_hasARowPerTest() {
    assertEquals(ExitCode.OK, Main.run("litmus", MP_RACE, "--format", "csv"));
    assertEquals(
        "path,verdict,flags,states,positive,negative,seconds\n"
            + MP_RACE
            + ",Always,data-race,3,3,0,S\n",
        printed(out).replaceAll("\\d+\\.\\d{3}\\n", "S\n"));
  }

  @Test
  void json_hasAnObjectPerTest() {
    assertEquals(ExitCode.OK, Main.run("litmus", MP_RACE, "--format", "json"));
    assertTrue(printed(out).contains("\"verdict\": \"Always\""), printed(out));
    assertTrue(printed(out).contains("\"states\": 3"), printed(out));
  }

  @Test
  void model_isChosenByName() {
    String test = DIRECTORY + "/SB+poonceonces.litmus";
    assertEquals(ExitCode.OK, Main.run("litmus", test, "--model", "sc"));
    assertTrue(printed(out).contains("Observation SB+poonceonces Never 0 3\n"), printed(out));
    assertEquals(ExitCode.BAD_INPUT, Main.run("litmus", test, "--model", "arm"));
  }

  @Test
  void resultsAsRecorded_agree() throws IOException {
    Path recorded =
        write(
            "recorded.csv",
            """
            path,verdict,flags,states
            SB+poonceonces.litmus,Sometimes,,4
            MP+plain+race.litmus,Always,data-race,
            """);
    Files.createDirectory(temporary.resolve("tests"));
    for (String name : new String[] {"SB+poonceonces.litmus", "MP+plain+race.litmus"}) {
      Files.copy(Path.of(DIRECTORY, name), temporary.resolve("tests").resolve(name));
    }
    String tests = temporary.resolve("tests").toString();
    assertEquals(ExitCode.OK, Main.run("litmus", tests, "--expected", recorded.toString()));
    assertEquals("2 tests: 2 agree, 0 differ, 0 unsupported\n", printed(out));
  }

  @Test
  void eachDifferenceIsALine() throws IOException {
    Path recorded =
        write(
            "recorded.csv",
            "flags,path,verdict,states,positive,negative\n,%s,Never,2,0,3\n".formatted(MP_RACE));
    assertEquals(ExitCode.DIFFERS, Main.run("litmus", MP_RACE, "--expected", recorded.toString()));
    assertEquals(
        MP_RACE
            + ": verdict Always instead of Never, flags 'data-race' instead of '',"
            + " states 3 instead of 2, positive 3 instead of 0, negative 0 instead of 3\n"
            + "1 tests: 0 agree, 1 differ, 0 unsupported\n",
        printed(out));
  }

  @Test
  void unsupportedAndMalformedTests_doNotStopTheOthers() throws IOException {
    Path loop = write("a.litmus", "C a\n{}\nP0(int *x) { while (1) ; }\n");
    Path broken = write("b.litmus", "C b\n{}\nP0(int *x) { r0 }\n");
    assertEquals(
        ExitCode.BAD_INPUT,
        Main.run("litmus", loop.toString(), broken.toString(), MP_RACE, "--format", "csv"));
    assertEquals(
        "cowcheck: %s:3:14: unsupported: while\n".formatted(loop),
        printed(err).lines().findFirst().orElseThrow() + "\n");
    assertTrue(printed(err).contains(broken + ":3:17: expected "), printed(err));
    assertEquals(2, printed(err).lines().count());
    assertTrue(printed(out).contains("a.litmus,Unsupported,,,,,0.000\n"), printed(out));
    assertTrue(printed(out).contains("b.litmus,Malformed,,,,,0.000\n"), printed(out));
    assertTrue(printed(out).contains(MP_RACE + ",Always,"), printed(out));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "a,verdict|x,Never             ; expected a first line with the columns path and verdict, each column once",
        "path,path,verdict|x,y,Never   ; expected a first line with the columns path and verdict, each column once",
        "path,verdict|x                ; line 2: expected a path and a verdict",
        "path,verdict|,Never           ; line 2: expected a path and a verdict",
        "path,verdict|x,Never|y,Never,1 ; line 3: expected 2 columns, found 3",
        "path,verdict|x,Never|y,Never|x,Always ; line 4: expected each path once, found x again",
        "path,verdict|x,\"Never\"s    ; Invalid character between encapsulated token and delimiter",
        "path,verdict|x,Never|\"y,Never ; (startline 3) EOF reached before encapsulated token finished",
      })
  void aRecordThatIsNoTable_isToldWhere(String table, String message) throws IOException {
    Path recorded = write("recorded.csv", table.replace('|', '\n') + "\n");
    assertEquals(
        ExitCode.BAD_INPUT, Main.run("litmus", MP_RACE, "--expected", recorded.toString()));
    assertTrue(printed(err).startsWith("cowcheck: " + recorded + ": " + message), printed(err));
    assertEquals(1, printed(err).lines().count(), printed(err));
    assertEquals("", printed(out));
  }

  @Test
  void aFileThatIsTooLarge_isReadNoFurther() throws IOException {
    Path large = write("large.litmus", "C t\n{}\n" + " ".repeat(1 << 20));
    assertEquals(ExitCode.BAD_INPUT, Main.run("litmus", large.toString()));
    assertEquals(
        "cowcheck: " + large + ": expected at most 1048576 bytes, found more\n", printed(err));
  }

  @Test
  void aLinkToNowhere_doesNotStopTheOthers() throws IOException {
    Files.copy(Path.of(MP_RACE), temporary.resolve("b.litmus"));
    Files.createSymbolicLink(temporary.resolve("a.litmus"), temporary.resolve("nowhere"));
    Files.createDirectory(temporary.resolve("c.litmus"));
    assertEquals(ExitCode.BAD_INPUT, Main.run("litmus", temporary.toString(), "--format", "csv"));
    assertTrue(printed(err).endsWith("a.litmus: expected a file, found none\n"), printed(err));
    assertEquals(3, printed(out).lines().count(), printed(out));
  }

  @Test
  void anUnlockOfALockThatIsNotHeld_isUnsupported() throws IOException {
    Path test = write("u.litmus", "C u\n{}\nP0(spinlock_t *l) { spin_unlock(l); }\n");
    assertEquals(ExitCode.BAD_INPUT, Main.run("litmus", test.toString()));
    assertEquals(
        "cowcheck: " + test + ": unsupported: CPU0 unlocks l, which it does not hold\n",
        printed(err));
  }

  @Test
  void tooManyEvents_areUnknownWithTheBound() throws IOException {
    Path test = write("m.litmus", threads(1, 10_000));
    assertEquals(ExitCode.UNKNOWN, Main.run("litmus", test.toString()));
    assertTrue(printed(out).contains("Observation m Unknown 0 0\n"), printed(out));
    assertTrue(printed(out).contains("\nStopped --max-events 1000\n"), printed(out));
  }

  /** A thousand writes in any order: not one execution is complete when the time is over. */
  @Test
  void timeout_isKeptWithinOneExecution() throws IOException {
    Path test = write("m.litmus", threads(16, 60));
    long start = System.nanoTime();
    assertEquals(ExitCode.UNKNOWN, Main.run("litmus", test.toString(), "--timeout", "1s"));
    assertTrue(printed(out).contains("\nStopped --timeout 1s\n"), printed(out));
    assertTrue(System.nanoTime() - start < 60e9);
  }

  private static String threads(int number, int writes) {
    StringBuilder test = new StringBuilder("C m\n{}\n");
    for (int i = 0; i < number; i++) {
      test.append("P%d(int *x) { %s }\n".formatted(i, "WRITE_ONCE(*x, 1); ".repeat(writes)));
    }
    return test + "exists (x=1)\n";
  }

  /** As herd7 raises it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      value = {
        "spin_lock(l); spin_unlock(l);              @ exists (l=0)                   @ lock-final",
        "spin_lock(l); spin_unlock(l);              @ exists (x=0 \\/ ~l=1)         @ lock-final",
        "spin_lock(l); spin_unlock(l);              @ exists (x=[l])                 @ lock-final",
        "spin_lock(l); spin_unlock(l);              @ locations [l]                  @ lock-final",
        "spin_lock(l);                              @ locations [l]                  @ lock-final",
        "if (spin_trylock(l)) spin_unlock(l);       @ locations [l]                  @ lock-final",
        "int r0 = spin_is_locked(l);                @ locations [l]                  @ lock-final",
        "if (READ_ONCE(*y)) { spin_lock(l); spin_unlock(l); } @ locations [l]        @ lock-final",
        "if (READ_ONCE(*x)) { spin_lock(l); spin_unlock(l); } @ locations [l]        @ ''",
        "spin_lock(l); spin_unlock(l);              @ exists (x=l)                   @ ''",
        "spin_lock(l); spin_unlock(l);              @ filter (l=0) exists (x=0)      @ lock-final",
        "spin_lock(l); spin_unlock(l);              @ exists (m=0)                   @ ''",
        "WRITE_ONCE(*l, 1);                         @ exists (l=1)                   @ ''",
      })
  void askingForTheFinalValueOfALock_isFlagged(String statements, String question, String flags)
      throws IOException {
    String test =
        "C l\n{}\nP0(spinlock_t *l, spinlock_t *m, int *x, int *y) { %s }\nP1(int *y) { %s }\n%s\n"
            .formatted(statements, "WRITE_ONCE(*y, 1);", question);
    Path file = write("l.litmus", test);
    assertEquals(ExitCode.OK, Main.run("litmus", file.toString()));
    assertEquals(
        flags.isEmpty() ? List.of() : List.of("Flag " + flags),
        printed(out).lines().filter(line -> line.startsWith("Flag")).toList());
    out.reset();
    assertEquals(ExitCode.OK, Main.run("litmus", file.toString(), "--model", "sc"));
    assertFalse(printed(out).contains("Flag"), printed(out));
  }

  @Test
  void badInput_isOneLine() throws IOException {
    assertEquals(ExitCode.BAD_INPUT, Main.run("litmus", temporary.resolve("no").toString()));
    assertEquals(ExitCode.BAD_INPUT, Main.run("litmus", temporary.toString()));
    assertEquals(ExitCode.BAD_INPUT, Main.run("litmus"));
    Path binary = temporary.resolve("binary.litmus");
    Files.write(binary, new byte[] {'C', ' ', 'b', '\n', (byte) 0xff, (byte) 0xfe});
    assertEquals(ExitCode.BAD_INPUT, Main.run("litmus", binary.toString()));
    Path noTable = write("no.csv", "name,answer\n");
    assertEquals(ExitCode.BAD_INPUT, Main.run("litmus", MP_RACE, "--expected", noTable.toString()));
    assertEquals(5, printed(err).lines().count(), printed(err));
    assertEquals("", printed(out));
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(temporary.resolve(name), text);
  }

  private static String printed(ByteArrayOutputStream stream) {
    return stream.toString(StandardCharsets.UTF_8);
  }
}
