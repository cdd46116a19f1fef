package org.cowcheck.journal;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a journal holds: its sound entries, and where it is damaged. Witnesses are nearly all of it,
 * so they are there only if they were asked for.
 *
 * @param entries in the order in which they were written
 * @param damaged the lines that are no entries
 */
public record JournalContents(ImmutableList<Entry> entries, ImmutableList<Damage> damaged) {
  /** A journal without a line. */
  static final JournalContents NONE = new JournalContents(ImmutableList.of(), ImmutableList.of());

  /**
   * A line that is no entry.
   *
   * @param line its number, from 1
   * @param why in a few words
   */
  public record Damage(int line, String why) {}

  /**
   * Reads a journal, without any witness. What is damaged is left out, and said; nothing is
   * written.
   *
   * @throws ForeignJournalException if the file is no journal, or of another version
   */
  public static JournalContents read(Path file) throws IOException {
    return read(file, new JournalLine.Reader(run -> false));
  }

  /**
   * As {@link #read(Path)}, with the witnesses of one run.
   *
   * @throws ForeignJournalException if the file is no journal, or of another version
   */
  public static JournalContents withWitnesses(Path file, int witnessed) throws IOException {
    return read(file, new JournalLine.Reader(run -> run == witnessed));
  }

  private static JournalContents read(Path file, JournalLine.Reader lines) throws IOException {
    List<Entry> entries = new ArrayList<>();
    List<Damage> damaged = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Files.newInputStream(file),
                StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .onUnmappableCharacter(CodingErrorAction.REPLACE)))) {
      int number = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        if (line.isEmpty()) {
          continue;
        }
        try {
          entries.add(lines.parse(line));
        } catch (JournalLine.DamagedException e) {
          damaged.add(new Damage(number, e.getMessage()));
        }
      }
    }
    Optional<Entry.Head> head =
        entries.stream()
            .filter(Entry.Head.class::isInstance)
            .map(Entry.Head.class::cast)
            .findFirst();
    if (entries.isEmpty() && !damaged.isEmpty()) {
      throw new ForeignJournalException(
          file + ": expected a journal of cowcheck, found other text; choose another directory");
    }
    if (head.isPresent() && head.get().version() != Entry.Head.VERSION) {
      throw new ForeignJournalException(
          "%s: expected version %d of a journal, found %d; use the cowcheck that wrote it"
              .formatted(file, Entry.Head.VERSION, head.get().version()));
    }
    return new JournalContents(ImmutableList.copyOf(entries), ImmutableList.copyOf(damaged));
  }

  /** The latest run, if there is one. */
  public Optional<Entry.RunBegun> latestRun() {
    return runs().isEmpty() ? Optional.empty() : Optional.of(runs().get(runs().size() - 1));
  }

  /** The runs, in order. */
  public ImmutableList<Entry.RunBegun> runs() {
    return entries.stream()
        .filter(Entry.RunBegun.class::isInstance)
        .map(Entry.RunBegun.class::cast)
        .collect(ImmutableList.toImmutableList());
  }

  /** Whether a run has ended. */
  public boolean hasEnded(int run) {
    return entries.stream()
        .anyMatch(entry -> entry instanceof Entry.RunEnded end && end.run() == run);
  }

  /** The finished cells of a run; of a cell that is there twice the first. */
  public ImmutableMap<Entry.Key, Entry.CellDone> cells(int run) {
    Map<Entry.Key, Entry.CellDone> cells = new LinkedHashMap<>();
    for (Entry entry : entries) {
      if (entry instanceof Entry.CellDone done && done.run() == run) {
        cells.putIfAbsent(done.key(), done);
      }
    }
    return ImmutableMap.copyOf(cells);
  }

  /** A file that is no journal of this version. */
  public static final class ForeignJournalException extends IOException {
    private static final long serialVersionUID = 1;

    ForeignJournalException(String message) {
      super(message);
    }
  }
}
