package org.cowcheck.linear;

import org.cowcheck.patch.Kernel;

/**
 * Scenarios that Lincheck makes up: threads that do things to an address space, in any order. What
 * they see has to be what a memory would show, but for operations that fail, and the invariants
 * hold.
 */
public enum MadeUp {
  /** Of one page: threads, fork, page reclaim, KSM. */
  SMALL_PAGE("made-up-small-page"),
  /** Of a huge page: threads, fork, its split. */
  HUGE_PAGE("made-up-huge-page");

  private final String title;

  MadeUp(String title) {
    this.title = title;
  }

  /** The name on the command line. */
  public String title() {
    return title;
  }

  /**
   * Which of the scenarios, and how far each is run. Lincheck makes up one after the other from a
   * fixed seed: the same numbers mean the same scenarios.
   *
   * @param first the number of the first, from 0
   * @param scenarios how many
   * @param operations how many each thread has
   * @param invocations how many interleavings of each to run at most
   */
  public record Size(int first, int scenarios, int operations, int invocations) {}

  /** Runs some of them under a kernel. */
  public LincheckResult check(Kernel kernel, Size size, LincheckProgress progress) {
    return MadeUpScenarios.of(this, kernel, cpu -> cpu).check(size, progress);
  }
}
