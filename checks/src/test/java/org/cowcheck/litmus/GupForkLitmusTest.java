package org.cowcheck.litmus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
  @CsvSource({"1, 1, 171, 0", "1, 2, 342, 0", "2, 1, 720, 24"})
  void asALitmusTest_hasAsManyExecutionsAsInJava(
      int gups, int reads, long executions, long cyclic) {
    assertExecutions(executions, cyclic, gupFork(gups, reads));
  }

  /** The benchmark's own files, where they lie beside the project. */
  @ParameterizedTest
  @CsvSource({"1, 1, 171, 0", "1, 2, 342, 0", "2, 1, 720, 24"})
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

  /** The test with so many rounds of GUP-fast and so many reads. */
  private static String gupFork(int gups, int reads) {
    return """
    C gupfork

    { pte=3; refcount=1; excl=1; uptd=1; mapping=1; }

    P0(int *pte, atomic_t *refcount, int *excl)
    {
    %s}

    P1(int *pte, atomic_t *refcount, int *excl, spinlock_t *l)
    {
    	spin_lock(l);
    	int before = atomic_read(refcount);
    	if (before <= 1) {
    		int was = xchg_relaxed(excl, 0);
    		smp_mb();
    		int after = atomic_read(refcount);
    		if (after > 1) {
    			int again = xchg_relaxed(excl, 1);
    		} else {
    			smp_store_release(pte, 1);
    		}
    	}
    	spin_unlock(l);
    }

    P2(int *uptd, int *mapping, atomic_t *refcount, spinlock_t *l)
    {
    	spin_lock(l);
    	int was = xchg_relaxed(uptd, 0);
    	smp_wmb();
    	WRITE_ONCE(*mapping, 0);
    	spin_unlock(l);
    	int left = atomic_sub_return_release(1, refcount);
    }

    P3(int *uptd, int *mapping)
    {
    %s}

    exists (3:m0=0 /\\ 3:u0=1)
    """
        .formatted(
            repeat(
                gups,
                """
                	int first%1$d = READ_ONCE(*pte);
                	if (first%1$d == 3) {
                		int count%1$d = atomic_add_return_acquire(1, refcount);
                		int second%1$d = READ_ONCE(*pte);
                		if (second%1$d == 3) {
                			smp_rmb();
                			int exclusive%1$d = READ_ONCE(*excl);
                			if (exclusive%1$d == 0) {
                				int back%1$d = atomic_sub_return_release(1, refcount);
                			}
                		} else {
                			int back%1$d = atomic_sub_return_release(1, refcount);
                		}
                	}
                """),
            repeat(
                reads,
                """
                	int m%1$d = smp_load_acquire(mapping);
                	int u%1$d = READ_ONCE(*uptd);
                """));
  }

  private static String repeat(int times, String statements) {
    return IntStream.range(0, times).mapToObj(statements::formatted).collect(Collectors.joining());
  }
}
