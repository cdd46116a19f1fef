package org.cowcheck.litmus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cowcheck.bench.GupFork;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.Bounds;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The program of GupForkTest as a C litmus test: as many executions without a cycle of po | rf as
 * in Java. herd7 counts 171 and 342 of this text, GenMC 0.9 the rest.
 *
 * <p>With two rounds of GUP-fast there are executions with such a cycle too: what the first round
 * reads last, the flag, is not ordered before the second round counts its reference, and the sharer
 * sets the flag again because of that reference. GenMC looks for no cycles.
 */
final class GupForkLitmusTest {
  private static final Path BENCH = Path.of("..", "..", "shared", "bench");

  @ParameterizedTest
  @CsvSource({"1, 1, 171, 0", "1, 2, 342, 0", "2, 1, 720, 24", "3, 3, 6400, 290"})
  void asALitmusTest_hasAsManyExecutionsAsInJava(
      int gups, int reads, long executions, long cyclic) {
    assertExecutions(executions, cyclic, new GupFork(gups, reads).inLitmus().text());
  }

  /** The benchmark's own files, where they lie beside the project. */
  @ParameterizedTest
  @CsvSource({"1, 1, 171, 0", "1, 2, 342, 0", "2, 1, 720, 24", "3, 3, 6400, 290"})
  void benchmarkFile_hasAsManyExecutionsAsInJava(int gups, int reads, long executions, long cyclic)
      throws IOException {
    Path file = BENCH.resolve("gupfork-g%d-r%d.litmus".formatted(gups, reads));
    assumeTrue(Files.exists(file));
    assertExecutions(executions, cyclic, Files.readString(file));
  }

  private static void assertExecutions(long acyclic, long cyclic, String text) {
    LitmusResult result =
        LitmusRun.run(
            LitmusReader.read("gupfork", text), MemoryModels.LKMM, Bounds.NONE, 1, () -> false);
    assertEquals(cyclic, result.cyclic());
    assertEquals(acyclic + cyclic, result.positive() + result.negative());
    // A reader that sees the page gone sees it not up to date any more.
    assertEquals(0, result.positive());
    assertEquals(List.of(), result.flags());
  }
}
