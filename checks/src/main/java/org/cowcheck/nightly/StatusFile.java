package org.cowcheck.nightly;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/**
 * How a night stands, in a file for those who watch it: replaced whole, so that a reader never sees
 * half of it. That it cannot be written harms nothing.
 */
public final class StatusFile {
  /** The name of the file in its directory. */
  public static final String FILE = "status.json";

  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Path file;
  private long writtenAt;

  /**
   * How it stands.
   *
   * @param state running, ended or stopped
   * @param run its number in the journal
   * @param done how many cells are finished
   * @param cells how many there are
   * @param failed how many an engine did not answer
   * @param now the cells that are being done
   * @param secondsLeft about how long it still takes, or -1
   * @param at when this was written
   */
  public record Status(
      String state,
      int run,
      int done,
      int cells,
      int failed,
      List<String> now,
      long secondsLeft,
      String at) {}

  public StatusFile(Path directory) {
    this.file = directory.resolve(FILE);
  }

  /** Writes it, unless it was written a moment ago. */
  public synchronized void update(Status status) {
    long now = System.nanoTime();
    if (writtenAt == 0 || now - writtenAt > PAUSE.toNanos()) {
      write(status);
      writtenAt = now;
    }
  }

  /** Writes it. */
  public synchronized void write(Status status) {
    Path part = file.resolveSibling(FILE + ".part");
    try {
      Files.writeString(part, GSON.toJson(status) + "\n");
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      // The journal says whether the disk can be written.
    }
  }
}
