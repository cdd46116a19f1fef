package org.cowcheck.explore;

/** Is told now and then how far a search is; by one thread at a time or several. */
public interface Progress {
  /** Is told nothing. */
  Progress NONE =
      new Progress() {
        @Override
        public boolean isWatched() {
          return false;
        }

        @Override
        public void at(long executions, double estimated) {
          // Nobody looks.
        }
      };

  /** Whether somebody looks: an estimate is made for them only. */
  boolean isWatched();

  /**
   * How far it is.
   *
   * @param executions found so far
   * @param estimated about how many there are in all; 0 as long as that is not known
   */
  void at(long executions, double estimated);
}
