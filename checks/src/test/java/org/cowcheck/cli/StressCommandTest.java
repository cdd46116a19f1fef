package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.cowcheck.hardware.FakeSuite;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code stress}: what the suite has seen in cowcheck's words, and what becomes of its failures.
 */
final class StressCommandTest {
  @TempDir private Path directory;

  private CommandRun stress(String... arguments) throws IOException {
    Path jar = directory.resolve("jcstress.jar");
    if (!Files.exists(jar)) {
      FakeSuite.hanging(directory);
    }
    return CommandRun.of(
        Stream.concat(
                Stream.of("stress", "--jar", jar.toString(), "--out", out().toString()),
                Stream.of(arguments))
            .toArray(String[]::new));
  }

  private Path out() {
    return directory.resolve("out");
  }

  @Test
  void outcomesAreCounted_overAllConfigurations() throws IOException {
    CommandRun run = stress("Fork.Fine", "Fork.Seen");
    assertEquals(ExitCode.OK, run.exit(), run::toString);
    assertTrue(run.out().contains("passed     gup-fast-vs-fork S3 Fork.Fine: 7 runs"), run::out);
    assertTrue(run.out().contains("7   100.000 %  0, 0, holds"), run::out);
    assertTrue(
        run.out().contains("2   100.000 %  1, 0, a pinned page lost its exclusivity (interesting)"),
        run::out);
    assertTrue(
        run.out()
            .endsWith(
                "2 of 2 tests with nothing forbidden, 1 of these saw their race; 0 forbidden, 0"
                    + " failed\n"),
        run::out);
  }

  @Test
  void whatIsForbiddenIsFound_andSaysHowToDoItAlone() throws IOException {
    CommandRun run = stress("Fork.Bad", "Fork.Fine", "--time", "50", "--iters", "2");
    assertEquals(ExitCode.FOUND, run.exit(), run::toString);
    assertTrue(
        run.out().contains("Sometimes  gup-fast-vs-fork S3 Fork.Bad: forbidden: 1, 0, lost"),
        run::out);
    assertTrue(
        run.out().contains("    Alone: cowcheck stress Fork.Bad -m quick --time 50 --iters 2\n"),
        run::out);
  }

  @Test
  void aForkThatDiesIsAFailure_andTheRestGoesOn() throws IOException {
    CommandRun run = stress("Fork.Broken", "Fork.Fine");
    assertEquals(ExitCode.UNKNOWN, run.exit(), run::toString);
    assertTrue(
        run.out().contains("failed     gup-fast-vs-fork S3 Fork.Broken: VM_ERROR: it died"),
        run::out);
    assertTrue(run.out().contains("passed     gup-fast-vs-fork S3 Fork.Fine"), run::out);
  }

  @Test
  void aTestWithoutAResultIsAFailure() throws IOException {
    CommandRun run = stress("Fork.Lost", "Fork.Fine");
    assertEquals(ExitCode.UNKNOWN, run.exit(), run::toString);
    assertTrue(run.out().contains("jcstress ended with exit code 3 and has no result"), run::out);
    assertTrue(run.out().contains("1 of 2 tests with nothing forbidden"), run::out);
  }

  @Test
  void whatHangsIsStopped() throws IOException {
    CommandRun run = stress("Fork.Hang", "--timeout", "1s");
    assertEquals(ExitCode.UNKNOWN, run.exit(), run::toString);
    assertTrue(run.out().contains("jcstress was stopped before it came to this test"), run::out);
  }

  @Test
  void testsAreFoundByTheirRace_andModesArePassedThrough() throws IOException {
    FakeSuite.in(directory);
    CommandRun run = stress("gup-fast-vs-fork", "-m", "tough", "--forks", "3");
    assertTrue(run.err().contains("tests: 5, in " + out()), run::err);
    try (Stream<Path> files = Files.walk(out())) {
      Path arguments = files.filter(file -> file.endsWith("arguments")).findFirst().orElseThrow();
      assertTrue(
          Files.readString(arguments).startsWith("-m tough -sc false -f 3 -r report -t ^("),
          () -> arguments + " of " + run);
    }
  }

  @Test
  void badInputIsOneLine() throws IOException {
    assertBadInput(
        CommandRun.of("stress", "--jar", directory.resolve("none.jar").toString()),
        "expected the jar of the jcstress suite, found none; build it");
    assertBadInput(stress("-m", "wild"), "-m must be one of sanity, quick, default, tough");
    assertBadInput(stress("--iters", "0"), "--iters must be at least 1");
    assertBadInput(stress("pageslab-at-free"), "no test of the suite runs it");
    Path other = Files.writeString(directory.resolve("other.jar"), "no jar");
    assertBadInput(
        CommandRun.of("stress", "--jar", other.toString(), "--out", out().toString()),
        "found that it does not say its tests");
  }

  private static void assertBadInput(CommandRun run, String why) {
    assertEquals(ExitCode.BAD_INPUT, run.exit(), run::toString);
    assertTrue(run.err().contains(why), run::err);
    assertEquals(1, run.err().lines().count(), run::err);
  }
}
