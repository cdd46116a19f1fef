package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cowcheck.process.ChildProcess;

/** How cowcheck starts itself, and where the files beside it are. */
final class Launch {
  private static final String SUITE = "jcstress.jar";
  private static final int LEVELS_UP = 4;

  private Launch() {}

  /** What begins a command line of cowcheck, in whatever directory. */
  static ImmutableList<String> command() {
    return ImmutableList.of(
        ChildProcess.java().toString(),
        "-XX:+UseSerialGC",
        "-Xshare:auto",
        "-cp",
        ChildProcess.classPath(),
        Main.class.getName());
  }

  /** Where the jcstress suite is: beside this program, or where a build leaves it. */
  static Path suite() {
    Path here = here();
    for (Path up = here; up != null && here.getNameCount() - up.getNameCount() <= LEVELS_UP; ) {
      for (Path candidate :
          ImmutableList.of(
              up.resolve(SUITE), up.resolve("stress").resolve("target").resolve(SUITE))) {
        if (Files.exists(candidate)) {
          return candidate;
        }
      }
      up = up.getParent();
    }
    return Path.of("stress", "target", SUITE);
  }

  private static Path here() {
    try {
      return Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .toAbsolutePath();
    } catch (URISyntaxException e) {
      return Path.of("").toAbsolutePath();
    }
  }
}
