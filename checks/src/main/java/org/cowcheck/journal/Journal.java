package org.cowcheck.journal;

import com.google.common.collect.ImmutableMap;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * A journal that is written: each entry is on disk before {@link #append} returns, and soon after
 * {@link #appendSoon} has.
 *
 * <p>It is only ever appended to. A line that was torn by a crash stays as it is: the next entry
 * begins a line of its own. One process writes at a time, see {@link DirectoryLock}.
 */
public final class Journal implements Closeable {
  /** The name of the file in its directory. */
  public static final String FILE = "journal.jsonl";

  private final Path file;
  private final DirectoryLock lock;
  private final FileChannel channel;
  private final JournalContents before;

  private Journal(Path file, DirectoryLock lock, FileChannel channel, JournalContents before) {
    this.file = file;
    this.lock = lock;
    this.channel = channel;
    this.before = before;
  }

  /**
   * Opens the journal of a directory, which is made if it is not there.
   *
   * @throws DirectoryLock.TakenException if another process writes it
   * @throws JournalContents.ForeignJournalException if the file there is something else
   */
  public static Journal open(Path directory) throws IOException {
    Files.createDirectories(directory);
    DirectoryLock lock = DirectoryLock.take(directory);
    try {
      Path file = directory.resolve(FILE);
      JournalContents before =
          Files.exists(file) ? JournalContents.read(file) : JournalContents.NONE;
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        Journal journal = new Journal(file, lock, channel, before);
        journal.endTornLine();
        if (before.entries().isEmpty()) {
          journal.append(new Entry.Head(Entry.Head.FORMAT, Entry.Head.VERSION, now()));
        }
        return journal;
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  /** The time of an entry. */
  public static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private void endTornLine() throws IOException {
    long size = channel.size();
    channel.position(size);
    if (size == 0) {
      return;
    }
    ByteBuffer last = ByteBuffer.allocate(1);
    channel.read(last, size - 1);
    if (last.get(0) != '\n') {
      write("\n");
    }
  }

  /** What was there when it was opened, without witnesses. */
  public JournalContents before() {
    return before;
  }

  /** The finished cells of a run, with their witnesses, as they are on disk. */
  public ImmutableMap<Entry.Key, Entry.CellDone> withWitnesses(int run) throws IOException {
    return JournalContents.withWitnesses(file, run).cells(run);
  }

  /** Appends an entry, and has it written to the disk. */
  public synchronized void append(Entry entry) throws IOException {
    write(JournalLine.print(entry) + "\n");
  }

  /**
   * Appends entries without waiting for the disk: they outlive this process, and are on disk after
   * the next {@link #append(Entry)} or {@link #flush}.
   */
  public synchronized void appendSoon(List<? extends Entry> entries) throws IOException {
    StringBuilder lines = new StringBuilder();
    entries.forEach(entry -> lines.append(JournalLine.print(entry)).append('\n'));
    write(lines.toString(), false);
  }

  /** Has everything written to the disk. */
  public synchronized void flush() throws IOException {
    channel.force(false);
  }

  /** Writes all of a text or, if the disk is full, none of it. */
  private void write(String text) throws IOException {
    write(text, true);
  }

  private void write(String text, boolean flushes) throws IOException {
    long end = channel.size();
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    try {
      channel.position(end);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      if (flushes) {
        channel.force(false);
      }
    } catch (IOException e) {
      channel.truncate(end);
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      lock.close();
    }
  }
}
