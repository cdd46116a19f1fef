package org.cowcheck.hunt;

/** What became of a program under a memory model. */
public enum Fate {
  /** It was run, and breaks nothing. */
  SAFE("run, safe"),
  /** It was run, and breaks something. */
  VIOLATED("run, violated"),
  /** A bound was reached before anything broke. */
  UNKNOWN("run, Unknown"),
  /** The model cannot run it. */
  FAILED("failed"),
  /** Its CPUs touch no common word that one of them writes: it has one execution. */
  INDEPENDENT("independent"),
  /** It contains a smaller one that breaks something. */
  CONTAINING("contain a violated one"),
  /** Sequential consistency breaks it on the same platform: not run. */
  INHERITED("violated, inherited from sc");

  private final String words;

  Fate(String words) {
    this.words = words;
  }

  /** The fate in words. */
  public String words() {
    return words;
  }

  /** Whether all executions were explored, or as many as the bound allows. */
  public boolean isRun() {
    return this == SAFE || this == VIOLATED || this == UNKNOWN;
  }
}
