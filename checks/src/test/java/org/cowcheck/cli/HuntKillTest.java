package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
  private static final int MOST_ANSWERS = 3;
  private static final int POLL_MILLISECONDS = 5;

  @TempDir private Path directory;

  private Process hunt(String name, String starts, String paths) throws IOException {
    return MainProcess.start(
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
            "--quiet"),
        ProcessBuilder.Redirect.to(log(name).toFile()));
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
    return Files.exists(journal()) && JournalContents.read(journal()).hasEnded(1);
  }

  private Path journal() {
    return directory.resolve("killed").resolve(Journal.FILE);
  }

  /** How many answers the journal has. */
  private long answers() throws IOException {
    return Files.exists(journal())
        ? JournalContents.read(journal()).entries().stream()
            .filter(Entry.CellDone.class::isInstance)
            .count()
        : 0;
  }

  /** Waits until there are more answers than so many, or the hunt is over; whether it goes on. */
  private boolean isAliveAfter(Process process, long before)
      throws IOException, InterruptedException {
    while (answers() <= before) {
      if (process.waitFor(POLL_MILLISECONDS, TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return process.isAlive();
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
    assertEquals(0, hunt("small", "exclusive", "mprotect-ro").waitFor());
    Random random = new Random(SEED);
    int killed = 0;
    while (killed < kills && !hasEnded()) {
      Process process = hunt("killed", starts);
      if (isAliveAfter(process, answers() + random.nextInt(MOST_ANSWERS))) {
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
