package org.cowcheck.process;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * A program that runs another one, and ends it with all that it has started as soon as whoever
 * started this program is gone, however that ended.
 *
 * <p>It reads its standard input, a pipe whose other end its parent alone has: the operating system
 * closes that end when the parent ends.
 */
public final class Leash {
  private static final int KILLED = 137;
  private static final int NOT_FOUND = 127;

  private Leash() {}

  /** Runs the program that the arguments name, and ends with its exit code. */
  public static void main(String[] command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(new File("/dev/null"))
              .redirectOutput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      Thread watch = new Thread(() -> killAfter(System.in, process), "leash");
      watch.setDaemon(true);
      watch.start();
      end(process.waitFor());
    } catch (IOException e) {
      System.err.println(e.getMessage());
      System.exit(NOT_FOUND);
    }
  }

  private static void end(int exit) {
    synchronized (Leash.class) { // not while others are being killed
      System.exit(exit);
    }
  }

  private static void killAfter(InputStream parent, Process process) {
    try {
      while (parent.read() >= 0) {
        // nobody writes
      }
    } catch (IOException e) {
      // it is gone, too
    }
    synchronized (Leash.class) {
      kill(process);
      Runtime.getRuntime().halt(KILLED);
    }
  }

  /** Kills a process with all that it has started. */
  static void kill(Process process) {
    List<ProcessHandle> started = process.descendants().toList();
    process.destroyForcibly();
    started.forEach(ProcessHandle::destroyForcibly);
  }
}
