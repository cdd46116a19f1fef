package org.cowcheck.verdict;

/** The answer to "can this go wrong?", in herd's words. */
public enum Verdict {
  /** In no execution; all were explored. */
  NEVER("Never"),
  /** In some execution; a witness shows it. */
  SOMETIMES("Sometimes"),
  /** In none that was explored; a bound was reached. */
  UNKNOWN("Unknown");

  private final String word;

  Verdict(String word) {
    this.word = word;
  }

  /** The word in reports. */
  public String word() {
    return word;
  }

  /**
   * The verdict of this name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Verdict ofWord(String word) {
    for (Verdict verdict : values()) {
      if (verdict.word.equals(word)) {
        return verdict;
      }
    }
    throw new IllegalArgumentException("no verdict: " + word);
  }
}
