package org.cowcheck.cli;

import com.google.common.base.Splitter;
import com.google.common.collect.Iterables;

/**
 * Runs several command lines, one per argument, in one process: what the archive of classes is made
 * from that makes starting up fast. Not for users.
 */
public final class StartUp {
  private StartUp() {}

  /** Runs the command lines; what they return does not matter. */
  public static void main(String[] commandLines) {
    for (String commandLine : commandLines) {
      Main.run(Iterables.toArray(Splitter.on(' ').split(commandLine), String.class));
    }
  }
}
