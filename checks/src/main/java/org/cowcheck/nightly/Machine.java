package org.cowcheck.nightly;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** What a run ran on, in words. */
public final class Machine {
  private Machine() {}

  /** Its name, processors and operating system. */
  public static String name() {
    return "%s, %d processors, %s %s %s"
        .formatted(
            host(),
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            System.getProperty("os.arch"));
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unnamed";
    }
  }

  /** The Java of this process. */
  public static String java() {
    return System.getProperty("java.vm.name") + " " + Runtime.version();
  }
}
