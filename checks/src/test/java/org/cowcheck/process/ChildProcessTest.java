package org.cowcheck.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Other programs end, or are ended with all that they have started. */
final class ChildProcessTest {
  @TempDir private Path directory;

  private ChildProcess.End sh(String script, Duration timeout, boolean over) throws Exception {
    return ChildProcess.run(List.of("sh", "-c", script), directory, "sh", timeout, () -> over);
  }

  @Test
  void outputAndLastWordsAreKept() throws Exception {
    ChildProcess.End end =
        sh("echo out; echo first >&2; echo last >&2; exit 3", Duration.ofMinutes(1), false);
    assertEquals(3, end.exit());
    assertFalse(end.killed());
    assertEquals("out\n", end.out());
    assertEquals("last", end.lastWords());
  }

  @Test
  void whatTakesTooLongIsKilled_withWhatItStarted() throws Exception {
    ChildProcess.End end = sh("sleep 300 & echo $!; wait", Duration.ofMillis(500), false);
    assertTrue(end.killed());
    long started = Long.parseLong(end.out().strip());
    assertTrue(isGone(started), "it is still there");
  }

  /** SIGKILL: nothing of the parent's own can run any more. */
  @Test
  void whatHasLostItsParentDies_withWhatItStarted() throws Exception {
    Process parent =
        new ProcessBuilder(
                ChildProcess.java().toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                ChildProcess.classPath(),
                Parent.class.getName(),
                directory.toString(),
                "sleep 300 & echo $$ $! > pids.part; mv pids.part pids; wait")
            .inheritIO()
            .start();
    Path pids = directory.resolve("pids");
    for (int i = 0; i < 300 && !Files.exists(pids); i++) {
      Thread.sleep(100);
    }
    List<Long> children =
        Splitter.on(' ').splitToStream(Files.readString(pids).strip()).map(Long::valueOf).toList();
    assertEquals(2, children.size());
    parent.destroyForcibly().waitFor();
    for (long child : children) {
      assertTrue(isGone(child), "it is still there");
    }
  }

  @Test
  void aProgramThatIsNotThereIsNamed() throws Exception {
    ChildProcess.End end =
        ChildProcess.run(
            List.of("no-such-program"), directory, "none", Duration.ofMinutes(1), () -> false);
    assertEquals(127, end.exit());
    assertTrue(end.lastWords().contains("\"no-such-program\""), end::lastWords);
  }

  /** It may be a zombie for a while, or for ever if nobody waits for it. */
  private static boolean isGone(long process) throws Exception {
    for (int i = 0; i < 50; i++) {
      Path stat = Path.of("/proc", Long.toString(process), "stat");
      if (!Files.exists(stat) || Files.readString(stat).contains(") Z ")) {
        return true;
      }
      Thread.sleep(100);
    }
    return false;
  }

  @Test
  void whatIsOverIsKilled() throws Exception {
    assertTrue(sh("sleep 300", Duration.ofMinutes(5), true).killed());
  }

  @Test
  void listsOfProcessorsAreRead() {
    assertEquals(ImmutableList.of(0, 1, 2, 5), Processors.numbers("0-2,5"));
    assertEquals(ImmutableList.of(7), Processors.numbers("7"));
  }
}
