package org.cowcheck.explore;

import java.time.Duration;

/**
 * Where exploration stops, with the verdict Unknown unless something was found.
 *
 * @param maxExecutions complete executions
 * @param timeout wall-clock time
 * @param maxEvents events of one execution; a program that runs longer does not end
 */
public record Bounds(long maxExecutions, Duration timeout, int maxEvents) {
  /** Practically none. */
  public static final Bounds NONE = new Bounds(Long.MAX_VALUE, Duration.ofDays(365), 1000);
}
