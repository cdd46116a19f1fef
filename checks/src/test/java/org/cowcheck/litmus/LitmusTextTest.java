package org.cowcheck.litmus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.Bounds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The text of results; each file beside a test is what herd7 7.57 prints, without the time. */
final class LitmusTextTest {
  private static final Path TESTS = Path.of("src", "test", "resources", "litmus");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Atomic+inc+filter",
        "LB+ctrlonceonce+mbonceonce",
        "MP+onceassign+derefonce",
        "MP+plain+race",
        "MP+polocks",
        "RCU+sync+read",
        "S+pointers",
        "SB+fencembonceonces",
        "SB+poonceonces",
        "rcu-zx2c4"
      })
  void text_isThatOfHerd(String name) throws IOException {
    assertEquals(
        Files.readString(TESTS.resolve(name + ".txt")), withoutTime(LitmusText.print(run(name))));
  }

  @Test
  void timeFollowsTheObservation() throws IOException {
    assertTrue(
        LitmusText.print(run("SB+poonceonces"))
            .matches("(?s).*\\nObservation [^\\n]*\\nTime SB\\+poonceonces \\d+\\.\\d\\d\\n\\n"));
  }

  private static LitmusResult run(String name) throws IOException {
    LitmusTest test = LitmusReader.read(name, Files.readString(TESTS.resolve(name + ".litmus")));
    return LitmusRun.run(test, MemoryModels.LKMM, Bounds.NONE, 1, () -> false);
  }

  private static String withoutTime(String text) {
    return text.replaceAll("Time [^\\n]*\\n", "");
  }
}
