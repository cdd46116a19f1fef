package org.cowcheck.hunt;

import java.util.function.BooleanSupplier;

/**
 * When an exploration on one thread is to end, without looking at a clock: how often it has asked.
 *
 * <p>It asks every so many steps, whether they lead to an execution or not. A program most of whose
 * CPUs' choices lead nowhere would else take as long as it likes without ever reaching a bound of
 * executions.
 */
final class Patience implements BooleanSupplier {
  /** How often an exploration asks for each execution that it may have. */
  static final int FOR_EACH_EXECUTION = 2;

  private final long most;
  private final BooleanSupplier over;
  private long asked;
  private boolean isOver;

  /**
   * Patience for so many executions.
   *
   * @param over whether somebody has ended it
   */
  Patience(long executions, BooleanSupplier over) {
    this.most = executions * FOR_EACH_EXECUTION;
    this.over = over;
  }

  @Override
  public boolean getAsBoolean() {
    asked++;
    isOver |= over.getAsBoolean();
    return isOver || isLost();
  }

  /** Whether it took too many steps. */
  boolean isLost() {
    return asked > most;
  }

  /** Whether somebody has ended it. */
  boolean isOver() {
    return isOver;
  }
}
