package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.cowcheck.hardware.FakeSuite;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.Journal;
import org.cowcheck.journal.JournalContents;
import org.cowcheck.nightly.StatusFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code nightly}: three engines, one summary, and what goes wrong around it. */
final class NightlyCommandTest {
  @TempDir private Path directory;

  private static CommandRun night(Path out, String... arguments) {
    return CommandRun.of(
        Stream.concat(
                Stream.of("nightly", "--out", out.toString(), "--scenario", "gup-fast-vs-fork"),
                Stream.of(arguments))
            .toArray(String[]::new));
  }

  private static CommandRun explorer(Path out) {
    return night(out, "--patch", "S3", "--model", "sc", "--platform", "generic");
  }

  /** The suite's Bad has seen something forbidden: S3 is Never. */
  @Test
  void whatJcstressSaysIsInTheJournal_andHeldAgainstTheExplorer() throws IOException {
    assumeTrue(Runtime.getRuntime().availableProcessors() >= 2, "a race needs two processors");
    Path jar = FakeSuite.in(directory);
    CommandRun run =
        night(
            directory.resolve("n"),
            "--patch",
            "S3",
            "--engines",
            "explorer,jcstress",
            "--budget",
            "1m",
            "--jar",
            jar.toString());
    assertEquals(ExitCode.DIFFERS, run.exit(), run::toString);
    for (String line :
        List.of(
            "  explorer  11 Never, 1 Sometimes\n",
            "  jcstress  1 Sometimes, 2 failed, 1 passed\n",
            "Not as recorded: nothing\n",
            "Engines disagree: 1\n",
            "engines disagree: gup-fast-vs-fork S3 Fork.Bad: explorer Never, jcstress saw: 1, 0,"
                + " lost\n",
            "    Alone: cowcheck stress Fork.Bad -m quick --time",
            "Failed: 2\n",
            "jcstress gup-fast-vs-fork S3 Fork.Broken: VM_ERROR: it died\n")) {
      assertTrue(run.out().contains(line), () -> line + " in " + run.out());
    }
    JournalContents contents = JournalContents.read(directory.resolve("n").resolve(Journal.FILE));
    Entry.CellDone fine =
        contents.cells(1).get(new Entry.Key("jcstress", "gup-fast-vs-fork S3 Fork.Fine"));
    assertEquals(List.of(new Entry.Count("0, 0, holds", 7)), fine.outcomes());
    JsonObject status =
        JsonParser.parseString(Files.readString(directory.resolve("n").resolve(StatusFile.FILE)))
            .getAsJsonObject();
    assertEquals("ended", status.get("state").getAsString());
    assertEquals(0, status.getAsJsonArray("now").size());
  }

  /** Lincheck finds the race that the explorer has found, in a process of its own. */
  @Test
  void whatLincheckSaysIsInTheJournal() throws IOException {
    Path out = directory.resolve("n");
    CommandRun run = night(out, "--patch", "S3-without-write-protect-seq", "--engines", "lincheck");
    assertEquals(ExitCode.OK, run.exit(), run::toString);
    assertTrue(run.out().contains("  lincheck  1 Sometimes\n"), run::out);
    Entry.CellDone done =
        JournalContents.withWitnesses(out.resolve(Journal.FILE), 1)
            .cells(1)
            .get(new Entry.Key("lincheck", "gup-fast-vs-fork S3-without-write-protect-seq"));
    assertEquals("a pinned page lost its exclusivity", done.broken());
    assertEquals(
        "cowcheck lincheck gup-fast-vs-fork --patch S3-without-write-protect-seq"
            + " --invocations 200",
        done.reproduce());
    assertTrue(done.witness().get("trace").getAsString().contains("(C11) atomic mm.pte"));
  }

  @Test
  void aMissingSuiteIsSaid_andTheRestGoesOn() {
    assumeTrue(Runtime.getRuntime().availableProcessors() >= 2, "a race needs two processors");
    String missing = directory.resolve("none.jar").toString();
    CommandRun run =
        night(directory.resolve("n"), "--patch", "S0", "--budget", "1s", "--jar", missing);
    assertTrue(run.err().contains("cowcheck: goes on without jcstress: " + missing), run::err);
    CommandRun asked = night(directory.resolve("m"), "--engines", "jcstress", "--jar", missing);
    assertBadInput(asked, "expected the jar of the jcstress suite, found none");
  }

  @Test
  void aSecondRunOnTheSameDirectoryIsRefused() throws IOException {
    Path out = directory.resolve("n");
    try (Journal first = Journal.open(out)) {
      assertEquals(0, first.before().runs().size());
      assertBadInput(explorer(out), out + ": in use by process " + ProcessHandle.current().pid());
    }
    assertEquals(ExitCode.OK, explorer(out).exit());
  }

  @Test
  void aDirectoryThatCannotBeMadeIsBadInput() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    assertBadInput(explorer(file.resolve("n")), "expected a directory that can be written");
    assertBadInput(explorer(file), "expected a directory that can be written");
  }

  @Test
  void unknownEnginesAreBadInput() {
    assertBadInput(
        night(directory.resolve("n"), "--engines", "tarot"),
        "unknown engine 'tarot'; --engines knows explorer, lincheck, jcstress");
  }

  private static void assertBadInput(CommandRun run, String why) {
    assertEquals(ExitCode.BAD_INPUT, run.exit(), run::toString);
    assertTrue(run.err().contains(why), run::err);
    assertEquals(1, run.err().lines().count(), run::err);
  }

  /** On a disk of 16 KiB, if this user may mount one: cells are done, and said to be unwritten. */
  @Test
  void aFullDiskIsSaid_andLosesNothingThatWasWritten() throws IOException, InterruptedException {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk.toString()) == 0,
        "only root mounts disks");
    try {
      Path out = disk.resolve("n");
      CommandRun run = night(out, "--model", "sc,tso,lkmm", "--platform", "generic,arm64");
      assertEquals(ExitCode.DIFFERS, run.exit(), run::toString);
      assertTrue(run.err().contains("cannot be written (No space left on device)"), run::err);
      assertTrue(run.out().contains("could not be written to " + out), run::out);
      JournalContents contents = JournalContents.read(out.resolve(Journal.FILE));
      assertEquals(0, contents.damaged().size());
      assertTrue(contents.cells(1).size() > 0);
    } finally {
      run("umount", disk.toString());
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
  }
}
