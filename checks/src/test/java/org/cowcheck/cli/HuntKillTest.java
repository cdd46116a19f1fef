package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.Journal;
import org.cowcheck.journal.JournalContents;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hunt that is killed finds the same as one that is not: SIGKILL, at random moments. */
final class HuntKillTest {
  private static final long SEED = 29_05_2020;
  private static final int FOUND = 1;

  @TempDir private Path directory;

  private Process hunt(String name, String starts, String paths) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.addAll(
        List.of(
            "hunt",
            "--out",
            directory.resolve(name).toString(),
            "--patch",
            "S2-without-write-protect-seq",
            "--start",
            starts,
            "--paths",
            paths,
            "--model",
            "sc,lkmm",
            "--threads",
            "2",
            "--quiet"));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log(name).toFile())
        .start();
  }

  private Path log(String name) {
    return directory.resolve(name + ".log");
  }

  private Process hunt(String name, String starts) throws IOException {
    return hunt(name, starts, "fork,pin-fast-write,pin-fast-read,unshare,write,zap,mprotect-ro");
  }

  /** What a hunt has printed at last, without the time that it took and the name of its files. */
  private String printed(String name) throws IOException {
    return Files.readString(log(name)).replaceAll("this time [0-9:]*|Files: .*", "");
  }

  private boolean hasEnded() throws IOException {
    Path file = directory.resolve("killed").resolve(Journal.FILE);
    return Files.exists(file) && JournalContents.read(file).hasEnded(1);
  }

  @Test
  void twoKillsLoseNothing() throws IOException, InterruptedException {
    assertNothingIsLost("exclusive", 2);
  }

  @Test
  @Tag("nightly")
  void twelveKillsLoseNothing() throws IOException, InterruptedException {
    assertNothingIsLost("exclusive,read-only,ksm,swapped,never-pinned", 12);
  }

  private void assertNothingIsLost(String starts, int kills)
      throws IOException, InterruptedException {
    assertEquals(FOUND, hunt("whole", starts).waitFor());
    assertTrue(printed("whole").contains("exclusive:fork:pin-fast-write"));
    long start = System.nanoTime();
    assertEquals(0, hunt("small", "exclusive", "mprotect-ro").waitFor());
    long small = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    Random random = new Random(SEED);
    int killed = 0;
    while (killed < kills && !hasEnded()) {
      Process process = hunt("killed", starts);
      if (!process.waitFor(small / 2 + random.nextLong(small), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
        killed++;
      }
    }
    assertEquals(kills, killed, "it ended before it was killed so often");
    assertEquals(FOUND, hunt("killed", starts).waitFor());
    assertEquals(printed("whole"), printed("killed"));
    JournalContents contents =
        JournalContents.read(directory.resolve("killed").resolve(Journal.FILE));
    assertEquals(1, contents.runs().size());
    ImmutableList<Entry.Key> cells =
        contents.entries().stream()
            .filter(Entry.CellDone.class::isInstance)
            .map(entry -> ((Entry.CellDone) entry).key())
            .collect(ImmutableList.toImmutableList());
    assertEquals(cells.stream().distinct().toList(), cells, "a program was run twice");
  }
}
