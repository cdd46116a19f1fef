package org.cowcheck.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Journals lose nothing, whatever happens to their end. */
final class JournalTest {
  private static final long SEED = 20220224;

  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve(Journal.FILE);
  }

  private static Entry.CellDone cell(int run, String name) {
    JsonObject witness = new JsonObject();
    witness.addProperty("scenario", name + "\nüß\"\\");
    return new Entry.CellDone(
        run,
        "explorer",
        name,
        "Sometimes",
        false,
        7,
        0.25,
        List.of("page.flags: a against b"),
        List.of(new Entry.Count("0, 1", 3)),
        "a pinned page lost its exclusivity",
        "",
        "",
        "cowcheck check --scenario " + name,
        "2026-11-25T00:00:00Z",
        witness);
  }

  private ImmutableList<String> cells(int run) throws IOException {
    return JournalContents.read(file).cells(run).keySet().stream()
        .map(Entry.Key::cell)
        .collect(ImmutableList.toImmutableList());
  }

  @Test
  void whatIsAppendedIsRead_inOrderAndWhole() throws IOException {
    try (Journal journal = Journal.open(directory)) {
      journal.append(new Entry.RunBegun(1, Journal.now(), "m", "17", "abc", 2, "1/1"));
      journal.append(cell(1, "a"));
      journal.append(cell(1, "b"));
      journal.append(new Entry.RunEnded(1, Journal.now(), 0));
    }
    JournalContents contents = JournalContents.withWitnesses(file, 1);
    assertEquals(cell(1, "a"), contents.entries().get(2));
    assertEquals(ImmutableList.of("a", "b"), cells(1));
    assertTrue(contents.hasEnded(1));
    assertEquals(ImmutableList.of(), contents.damaged());
    assertEquals(1, contents.latestRun().orElseThrow().run());
  }

  /** A journal of a month is mostly witnesses. */
  @Test
  void witnessesAreKeptOfTheRunThatIsAskedFor() throws IOException {
    try (Journal journal = Journal.open(directory)) {
      journal.append(cell(1, "a"));
      journal.append(cell(2, "a"));
    }
    assertEquals(List.of(false, false), areWitnessed(JournalContents.read(file)));
    assertEquals(List.of(false, true), areWitnessed(JournalContents.withWitnesses(file, 2)));
  }

  private static List<Boolean> areWitnessed(JournalContents contents) {
    return contents.entries().stream()
        .filter(Entry.CellDone.class::isInstance)
        .map(entry -> ((Entry.CellDone) entry).witness() != null)
        .toList();
  }

  /** A crash at any byte costs at most the entry that was being written. */
  @Test
  void aTornLineIsReported_andTheRestIsKept() throws IOException {
    try (Journal journal = Journal.open(directory)) {
      journal.append(cell(1, "a"));
      journal.append(cell(1, "b"));
    }
    byte[] whole = Files.readAllBytes(file);
    int beginOfB = new String(whole, StandardCharsets.UTF_8).lastIndexOf("{\"type\"");
    byte[] before =
        new String(whole, StandardCharsets.UTF_8)
            .substring(0, beginOfB)
            .getBytes(StandardCharsets.UTF_8);
    Random random = new Random(SEED);
    for (int i = 0; i < 50; i++) {
      int length = before.length + 1 + random.nextInt(whole.length - before.length - 2);
      Files.write(file, Arrays.copyOf(whole, length));
      try (Journal journal = Journal.open(directory)) {
        assertEquals(3, journal.before().damaged().get(0).line());
        journal.append(cell(1, "c"));
      }
      assertEquals(ImmutableList.of("a", "c"), cells(1));
    }
  }

  @Test
  void aFlippedBitIsReported() throws IOException {
    try (Journal journal = Journal.open(directory)) {
      journal.append(cell(1, "a"));
      journal.append(cell(1, "b"));
    }
    List<String> lines = Files.readAllLines(file);
    Files.write(
        file,
        List.of(lines.get(0), lines.get(1).replace("Sometimes", "Never"), lines.get(2)),
        StandardOpenOption.TRUNCATE_EXISTING);
    assertEquals(
        ImmutableList.of(new JournalContents.Damage(2, "its checksum is wrong")),
        JournalContents.read(file).damaged());
    assertEquals(ImmutableList.of("b"), cells(1));
  }

  @Test
  void aForeignFileIsLeftAlone() throws IOException {
    Files.writeString(file, "my diary\n");
    IOException e =
        assertThrows(JournalContents.ForeignJournalException.class, () -> Journal.open(directory));
    assertTrue(e.getMessage().contains(file.toString()), e::getMessage);
    assertEquals("my diary\n", Files.readString(file));
  }

  @Test
  void anotherVersionIsLeftAlone() throws IOException {
    Files.writeString(
        file, JournalLine.print(new Entry.Head(Entry.Head.FORMAT, 99, Journal.now())) + "\n");
    assertThrows(JournalContents.ForeignJournalException.class, () -> Journal.open(directory));
  }

  @Test
  void theSecondWriterIsRefused_andToldWhoTheFirstIs() throws IOException {
    try (Journal first = Journal.open(directory)) {
      IOException e =
          assertThrows(DirectoryLock.TakenException.class, () -> Journal.open(directory));
      assertTrue(
          e.getMessage().contains("process " + ProcessHandle.current().pid()), e::getMessage);
      first.append(cell(1, "a"));
    }
    Journal.open(directory).close();
    assertEquals(ImmutableList.of("a"), cells(1));
  }
}
