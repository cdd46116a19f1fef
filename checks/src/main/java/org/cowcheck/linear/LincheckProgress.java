package org.cowcheck.linear;

/** Is told how far Lincheck has come. */
public interface LincheckProgress {
  /** Nobody looks on. */
  LincheckProgress NONE = (what, done, total) -> {};

  /**
   * So far.
   *
   * @param what is counted: scenarios or interleavings
   * @param done how many are done
   * @param total how many there are at most
   */
  void at(String what, long done, long total);
}
