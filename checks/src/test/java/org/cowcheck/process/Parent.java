package org.cowcheck.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A program that runs a shell script as its child, for tests that kill it. */
final class Parent {
  private Parent() {}

  public static void main(String[] arguments) throws Exception {
    ChildProcess.run(
        List.of("sh", "-c", arguments[1]),
        Path.of(arguments[0]),
        "sh",
        Duration.ofMinutes(5),
        () -> false);
  }
}
