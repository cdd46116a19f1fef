package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.Maps;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.Journal;
import org.cowcheck.journal.JournalContents;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A night that is killed loses nothing: SIGKILL, at random moments, again and again. */
final class NightlyKillTest {
  private static final long SEED = 24_02_2022;

  @TempDir private Path directory;

  /** A night over many cells. */
  private Process night(String name) throws IOException {
    return night(name, "pageslab*,gup-fast-vs-fork");
  }

  private Process night(String name, String scenarios) throws IOException {
    File log = directory.resolve(name + ".log").toFile();
    return MainProcess.start(
        List.of(
            "nightly",
            "--out",
            directory.resolve(name).toString(),
            "--jobs",
            "2",
            "--quiet",
            "--scenario",
            scenarios,
            "--model",
            "sc,lkmm",
            "--platform",
            "generic"),
        ProcessBuilder.Redirect.appendTo(log));
  }

  private JournalContents contents(String name) throws IOException {
    return JournalContents.read(directory.resolve(name).resolve(Journal.FILE));
  }

  private boolean hasEnded() throws IOException {
    return Files.exists(directory.resolve("killed").resolve(Journal.FILE))
        && contents("killed").hasEnded(1);
  }

  /** The verdicts and counts of the cells of the first run. */
  private ImmutableSortedMap<String, String> answers(String name) throws IOException {
    return ImmutableSortedMap.copyOf(
        Maps.transformValues(
            Maps.uniqueIndex(contents(name).cells(1).values(), Entry.CellDone::cell),
            done -> done.verdict() + " " + done.executions() + " " + done.broken()),
        Comparator.naturalOrder());
  }

  @Test
  void threeKillsLoseNothing() throws IOException, InterruptedException {
    assertNothingIsLost(3);
  }

  @Test
  @Tag("nightly")
  void twentyKillsLoseNothing() throws IOException, InterruptedException {
    assertNothingIsLost(20);
  }

  private void assertNothingIsLost(int kills) throws IOException, InterruptedException {
    assertEquals(0, night("whole").waitFor());
    long start = System.nanoTime();
    assertEquals(0, night("small", "pageslab-at-free").waitFor());
    long small = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    Random random = new Random(SEED);
    int killed = 0;
    while (killed < kills && !hasEnded()) {
      Process process = night("killed");
      if (!process.waitFor(random.nextLong(small + small / 2), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
        killed++;
      }
    }
    assertEquals(kills, killed, "it ended before it was killed so often");
    if (!hasEnded()) {
      assertEquals(0, night("killed").waitFor());
    }
    assertEquals(answers("whole"), answers("killed"));
    assertEquals(1, contents("killed").runs().size());
    ImmutableList<Entry.Key> cells =
        contents("killed").entries().stream()
            .filter(Entry.CellDone.class::isInstance)
            .map(entry -> ((Entry.CellDone) entry).key())
            .collect(ImmutableList.toImmutableList());
    assertEquals(cells.stream().distinct().toList(), cells, "a cell was done twice");
  }
}
