package org.cowcheck.mm.fault;

import org.cowcheck.mm.fault.MmFault.Result;

/**
 * The tries of one access, with a fault between any two. The kernel tries until it succeeds; here
 * the faults are limited, for whoever takes the page away again and again is done by then.
 */
public final class Tries {
  private int faultsLeft;
  private Result before = Result.DONE;

  /** An access that may fault so many times. */
  public Tries(int mostFaults) {
    this.faultsLeft = mostFaults;
  }

  /** Whether there is no further fault after this try. */
  public boolean isLast() {
    return faultsLeft == 0;
  }

  /**
   * Counts a fault.
   *
   * @return whether the access is tried again; not so if it is {@link Result#STUCK}, or waits for
   *     the same twice in a row ({@link MmFault})
   */
  public boolean goOnAfter(Result fault) {
    faultsLeft--;
    boolean waitsAgain = fault == before && (fault == Result.WAITS || fault == Result.MIGRATES);
    before = fault;
    return fault != Result.STUCK && !waitsAgain;
  }
}
