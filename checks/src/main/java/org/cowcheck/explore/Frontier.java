package org.cowcheck.explore;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Branches on their way from workers that have some to workers that have none. It also knows when
 * nobody has any.
 */
final class Frontier {
  private final int workers;
  private final Deque<Branch> branches = new ArrayDeque<>();
  private int waiting;
  private boolean isClosed;
  private volatile boolean isWanted;

  Frontier(int workers) {
    this.workers = workers;
  }

  /** Whether a worker waits for a branch. */
  boolean isWanted() {
    return isWanted;
  }

  /** Gives a branch to whoever asks first. */
  synchronized void give(Branch branch) {
    branches.add(branch);
    isWanted = waiting > branches.size();
    notifyAll();
  }

  /** A branch, as soon as there is one; null once all workers wait for one, or after a close. */
  synchronized Branch take() {
    waiting++;
    while (branches.isEmpty() && !isClosed) {
      isWanted = true;
      if (waiting == workers) {
        close();
      } else {
        try {
          wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          close();
        }
      }
    }
    if (isClosed) {
      return null;
    }
    waiting--;
    isWanted = waiting > branches.size();
    return branches.poll();
  }

  /** Sends all workers home. */
  synchronized void close() {
    isClosed = true;
    notifyAll();
  }
}
