package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.Journal;
import org.cowcheck.journal.JournalContents;

/** Reads journals for commands that write none. */
final class Journals {
  private Journals() {}

  /** What is in the journal of a directory; what cannot be used is said. */
  static JournalContents read(Path directory) {
    JournalContents contents = read(directory, JournalContents::read);
    complain(directory.resolve(Journal.FILE), contents);
    return contents;
  }

  /** The same, with the witnesses of one run; nothing is said again. */
  static JournalContents withWitnesses(Path directory, int run) {
    return read(directory, file -> JournalContents.withWitnesses(file, run));
  }

  private interface Reading {
    JournalContents of(Path file) throws IOException;
  }

  private static JournalContents read(Path directory, Reading reading) {
    Path file = directory.resolve(Journal.FILE);
    if (!Files.exists(file)) {
      throw new BadInputException(
          directory + ": expected a directory of 'cowcheck nightly', found no " + Journal.FILE);
    }
    try {
      return reading.of(file);
    } catch (JournalContents.ForeignJournalException e) {
      throw new BadInputException(e.getMessage());
    } catch (IOException e) {
      throw BadInputException.unreadable(file, e);
    }
  }

  /** For a journal that cannot be opened or written. */
  static BadInputException unwritable(Path directory, IOException e) {
    boolean saysWhatToDo =
        !(e instanceof FileSystemException)
            && e.getMessage() != null
            && e.getMessage().startsWith(directory.toString());
    return new BadInputException(
        saysWhatToDo
            ? e.getMessage()
            : "%s: expected a directory that can be written, found that it cannot (%s); choose"
                    .formatted(directory, e)
                + " another, or make room");
  }

  /** Says which lines are left out. */
  static void complain(Path file, JournalContents contents) {
    contents
        .damaged()
        .forEach(
            damage ->
                System.err.printf(
                    "cowcheck: %s:%d: left out, for %s%n", file, damage.line(), damage.why()));
  }

  /** The latest run that has ended. */
  static Entry.RunBegun latestEnded(Path directory, JournalContents contents) {
    ImmutableList<Entry.RunBegun> ended =
        contents.runs().stream()
            .filter(run -> contents.hasEnded(run.run()))
            .collect(ImmutableList.toImmutableList());
    if (ended.isEmpty()) {
      throw new BadInputException(
          directory + ": expected a run that has ended, found none; start it again to go on");
    }
    return Iterables.getLast(ended);
  }

  /** How a run ended. */
  static Optional<Entry.RunEnded> end(JournalContents contents, int run) {
    return contents.entries().stream()
        .filter(entry -> entry instanceof Entry.RunEnded end && end.run() == run)
        .map(Entry.RunEnded.class::cast)
        .findFirst();
  }
}
