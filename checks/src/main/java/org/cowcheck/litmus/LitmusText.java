package org.cowcheck.litmus;

import java.util.Locale;

/**
 * A result in the words and the order of herd7; two lines are its own: how many of the executions
 * have a cycle of po | rf, and the bound that stopped the search.
 */
public final class LitmusText {
  private LitmusText() {}

  /** The lines of one test, with an empty line at the end. */
  public static String print(LitmusResult result) {
    LitmusTest test = result.test();
    StringBuilder text = new StringBuilder();
    line(text, "Test %s %s", test.name(), test.condition().quantifier().kind());
    line(text, "States %d", result.states().size());
    for (State state : result.states()) {
      line(text, "%s", state.show(result.addresses()));
    }
    line(text, "%s", result.isMet() ? "Ok" : "No");
    line(text, "Witnesses");
    line(text, "Positive: %d Negative: %d", result.witnessesFor(), result.witnessesAgainst());
    for (String flag : result.flags()) {
      line(text, "Flag %s", flag);
    }
    line(text, "Condition %s", test.condition());
    line(
        text,
        "Observation %s %s %d %d",
        test.name(),
        result.verdict(),
        result.positive(),
        result.negative());
    if (result.cyclic() > 0) {
      line(text, "Load buffering %d of them", result.cyclic());
    }
    if (!result.isComplete()) {
      line(text, "Stopped %s", result.stopped());
    }
    line(text, "Time %s %.2f", test.name(), result.seconds());
    return text.append('\n').toString();
  }

  private static void line(StringBuilder text, String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }
}
