package org.cowcheck.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The right of one process to write into a directory. The operating system takes it back when the
 * process ends, however it ends.
 */
final class DirectoryLock implements Closeable {
  private static final String FILE = "lock";
  private static final String OWNER = "owner";

  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes it.
   *
   * @throws TakenException if another process has it; the message names that process
   */
  static DirectoryLock take(Path directory) throws IOException {
    Path owner = directory.resolve(OWNER);
    FileChannel channel =
        FileChannel.open(
            directory.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = tryLock(channel);
      if (lock == null) {
        throw new TakenException(
            directory
                + ": in use by "
                + (Files.exists(owner) ? Files.readString(owner).strip() : "another process")
                + "; wait for it, or choose another directory");
      }
      Files.write(
          owner,
          "process %d, which began at %s%n"
              .formatted(ProcessHandle.current().pid(), Journal.now())
              .getBytes(StandardCharsets.UTF_8));
      return new DirectoryLock(channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // this process has it
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** A directory that another process writes into. */
  static final class TakenException extends IOException {
    private static final long serialVersionUID = 1;

    TakenException(String message) {
      super(message);
    }
  }
}
