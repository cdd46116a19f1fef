package org.cowcheck.patch;

import org.cowcheck.memory.Step;

/**
 * The kernel states in which a step is there, read from what follows its function's name.
 *
 * <p>Paths ask for it again and again while they run, and Lincheck looks into every call of a
 * pattern or a stream: so the text is read letter by letter.
 */
final class StatesOfStep {
  private static final int NAME = "S0".length();
  private static final String TO = " to ";

  private StatesOfStep() {}

  /**
   * Whether a state is among them: all of them if the step names none, none if it came after all of
   * them.
   */
  static boolean have(Step step, KernelState state) {
    if (step.part() == Step.Part.LATER) {
      return false;
    }
    String text = step.function();
    int comma = text.indexOf(',');
    char asked = number(state.name(), 0);
    boolean isNamed = false;
    boolean isAnyNamed = false;
    for (int i = comma + 1; comma >= 0 && i < text.length(); i++) {
      if (isState(text, i)) {
        int last = i + NAME + TO.length();
        if (text.startsWith(TO, i + NAME) && isState(text, last)) {
          return asked >= number(text, i) && asked <= number(text, last);
        }
        isNamed |= asked == number(text, i);
        isAnyNamed = true;
      }
    }
    return isNamed || !isAnyNamed;
  }

  /** Whether there is the name of a state, as a word of its own. */
  private static boolean isState(String text, int at) {
    int end = at + NAME;
    return end <= text.length()
        && text.charAt(at) == 'S'
        && number(text, at) >= '0'
        && number(text, at) <= '3'
        && !Character.isLetterOrDigit(text.charAt(at - 1))
        && (end == text.length() || !Character.isLetterOrDigit(text.charAt(end)));
  }

  private static char number(String text, int at) {
    return text.charAt(at + 1);
  }
}
