package org.cowcheck.litmus;

/** The question of a test. */
record Condition(Quantifier quantifier, Proposition proposition) {
  static final Condition NONE = new Condition(Quantifier.FORALL, Proposition.TRUE);

  /** How a condition is quantified, with the word that herd has for it. */
  enum Quantifier {
    EXISTS("exists", "Allowed"),
    NOT_EXISTS("~exists", "Forbidden"),
    FORALL("forall", "Required");

    private final String keyword;
    private final String kind;

    Quantifier(String keyword, String kind) {
      this.keyword = keyword;
      this.kind = kind;
    }

    /** Allowed, Forbidden or Required. */
    String kind() {
      return kind;
    }

    /** Whether a test with so many witnesses for and against its condition is as it says. */
    boolean isMet(long positive, long negative) {
      return switch (this) {
        case EXISTS -> positive > 0;
        case NOT_EXISTS -> positive == 0;
        case FORALL -> negative == 0;
      };
    }
  }

  @Override
  public String toString() {
    return quantifier.keyword + " (" + proposition.show(Proposition.Place.TOP) + ")";
  }
}
