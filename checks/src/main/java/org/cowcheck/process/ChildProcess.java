package org.cowcheck.process;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * A program in a process of its own, which is killed with all that it has started when its time is
 * over, and on a {@link Leash}: it does not outlive this process, even if that is killed.
 */
public final class ChildProcess {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private ChildProcess() {}

  /**
   * How it ended.
   *
   * @param exit its exit code, if it was not killed
   * @param killed whether it was killed, because its time or the night was over
   * @param out what it printed
   * @param log where its messages are
   */
  public record End(int exit, boolean killed, String out, Path log) {
    /** The last line of its messages, or the empty string. */
    public String lastWords() {
      try {
        List<String> lines =
            Files.readString(log, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
        return lines.isEmpty() ? "" : lines.get(lines.size() - 1).strip();
      } catch (IOException e) {
        return "";
      }
    }
  }

  /** The program java of this process. */
  public static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  /** The class path of this process, in whatever directory. */
  public static String classPath() {
    return Splitter.on(File.pathSeparatorChar)
        .splitToStream(System.getProperty("java.class.path"))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /**
   * Runs a command to its end.
   *
   * @param directory its current directory, which is there
   * @param name of the files in the directory that have its output and its messages
   * @param timeout after which it is killed
   * @param over whether it is to be killed: asked again and again
   */
  public static End run(
      List<String> command, Path directory, String name, Duration timeout, BooleanSupplier over)
      throws IOException, InterruptedException {
    File out = directory.resolve(name + ".out").toFile();
    Path log = directory.resolve(name + ".log");
    Process process =
        new ProcessBuilder(ImmutableList.<String>builder().addAll(leash()).addAll(command).build())
            .directory(directory.toFile())
            .redirectInput(ProcessBuilder.Redirect.PIPE)
            .redirectOutput(out)
            .redirectError(log.toFile())
            .start();
    try {
      long end = System.nanoTime() + timeout.toNanos();
      while (!process.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
        if (System.nanoTime() - end > 0 || over.getAsBoolean()) {
          kill(process);
          return new End(-1, true, read(out), log);
        }
      }
      return new End(process.exitValue(), false, read(out), log);
    } finally {
      kill(process);
    }
  }

  private static ImmutableList<String> leash() {
    return ImmutableList.of(
        java().toString(),
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Xshare:auto",
        "-Xmx32m",
        "-cp",
        Path.of(
                URI.create(
                    Leash.class.getProtectionDomain().getCodeSource().getLocation().toString()))
            .toString(),
        Leash.class.getName());
  }

  private static String read(File out) throws IOException {
    return Files.readString(out.toPath(), StandardCharsets.UTF_8);
  }

  private static void kill(Process process) throws InterruptedException {
    Leash.kill(process);
    process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }
}
