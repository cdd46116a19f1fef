package org.cowcheck.diff;

import com.google.common.collect.ImmutableList;
import java.util.List;

/** Holds a form against tokens. */
final class FormMatch {
  /** What stands for an expression in a form. */
  private static final String ANY = "$";

  /** The call of a barrier. */
  static final ImmutableList<String> CALL = ImmutableList.of(ANY, "(", ")", ";");

  private FormMatch() {}

  /** Where a form that begins at a token ends; -1 if it does not stand there. */
  static int end(List<String> code, List<CToken> tokens, int from) {
    int at = from;
    for (int i = 0; i < code.size(); i++) {
      if (at >= tokens.size()) {
        return -1;
      }
      if (code.get(i).equals(ANY)) {
        int end = expressionEnd(tokens, at, i + 1 < code.size() && code.get(i + 1).equals("("));
        if (end == at) {
          return -1;
        }
        at = end;
      } else if (tokens.get(at).is(code.get(i)) && !tokens.get(at).endsFunction()) {
        at++;
      } else {
        return -1;
      }
    }
    return at;
  }

  /** The end of an expression: a comma, or what closes what it did not open. */
  private static int expressionEnd(List<CToken> tokens, int from, boolean isOneWord) {
    if (isOneWord) {
      return tokens.get(from).isWord() ? from + 1 : from;
    }
    int depth = 0;
    for (int i = from; i < tokens.size(); i++) {
      switch (tokens.get(i).text()) {
        case "(", "[" -> depth++;
        case ")", "]" -> depth--;
        case ";", "{", "}" -> {
          return i;
        }
        default -> {}
      }
      if (depth < 0 || (depth == 0 && tokens.get(i).is(","))) {
        return i;
      }
    }
    return tokens.size();
  }
}
