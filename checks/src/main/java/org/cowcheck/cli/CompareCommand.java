package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Sets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.JournalContents;
import org.cowcheck.nightly.Change;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code cowcheck compare}: what is otherwise in one journal than in another. */
@Command(
    name = "compare",
    description = "Says what the latest ended run of a journal has otherwise than that of another.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:nothing differs", "2:usage or bad input", "4:something differs"})
final class CompareCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "DIR-A", description = "Of 'cowcheck nightly': before.")
  private Path before;

  @Parameters(index = "1", paramLabel = "DIR-B", description = "Of 'cowcheck nightly': after.")
  private Path after;

  @Override
  public Integer call() {
    ImmutableMap<Entry.Key, Entry.CellDone> a = cells(before);
    ImmutableMap<Entry.Key, Entry.CellDone> b = cells(after);
    ImmutableList<Change> changes = Change.between(a, b);
    System.out.printf(
        "%,d cells in both, %,d in the second alone%n",
        Sets.intersection(a.keySet(), b.keySet()).size(),
        Sets.difference(b.keySet(), a.keySet()).size());
    System.out.printf("Differences: %s%n", changes.isEmpty() ? "none" : changes.size());
    for (Change change : changes) {
      System.out.println("  " + change);
      Entry.CellDone now = b.get(change.cell());
      if (now != null) {
        System.out.println("    Alone: " + now.reproduce());
      }
    }
    return changes.isEmpty() ? ExitCode.OK : ExitCode.DIFFERS;
  }

  private static ImmutableMap<Entry.Key, Entry.CellDone> cells(Path directory) {
    JournalContents contents = Journals.read(directory);
    Entry.RunBegun run = Journals.latestEnded(directory, contents);
    ImmutableMap<Entry.Key, Entry.CellDone> cells = contents.cells(run.run());
    System.out.printf(
        "%s: run %d of %s, %,d of %,d cells, on %s%n",
        directory, run.run(), run.started(), cells.size(), run.cells(), run.machine());
    return cells;
  }
}
