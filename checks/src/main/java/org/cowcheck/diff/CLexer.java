package org.cowcheck.diff;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes a piece of C apart into tokens, without comments and preprocessor lines. The piece may
 * begin and end anywhere, within a comment too.
 */
final class CLexer {
  private static final Pattern TOKEN =
      Pattern.compile(
          "\"(?:[^\"\\\\]|\\\\.)*\"?|'(?:[^'\\\\]|\\\\.)*'?"
              + "|[A-Za-z_]\\w*|\\.?\\d[\\w.]*"
              + "|<<=|>>=|\\.\\.\\.|->|\\+\\+|--|<<|>>|<=|>=|==|!=|&&|\\|\\||[-+*/%&|^]=|##|\\S");
  private static final Pattern COMMENT_END = Pattern.compile("/\\*|\\*/");
  private static final Pattern COMMENT_LINE = Pattern.compile("\\s*(?:\\*(?:\\s.*|/)?)?");

  private final ImmutableList.Builder<CToken> tokens = ImmutableList.builder();
  private boolean isInComment;
  private boolean isInDirective;

  private CLexer() {}

  /** The tokens of a text that is a piece of code by itself. */
  static ImmutableList<CToken> tokens(String code) {
    CLexer lexer = new CLexer();
    lexer.line(" " + code, 0);
    return lexer.tokens.build();
  }

  /** The tokens of the lines that are on one side of a change. */
  static ImmutableList<CToken> tokens(List<DiffLine> lines, char side) {
    CLexer lexer = new CLexer();
    lexer.isInComment = beginsInComment(lines, side);
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).isOn(side)) {
        lexer.line(lines.get(i).text(), i);
      }
    }
    return lexer.tokens.build();
  }

  private static boolean beginsInComment(List<DiffLine> lines, char side) {
    boolean looksLikeOne = false;
    for (DiffLine line : lines) {
      if (line.isOn(side)) {
        Matcher end = COMMENT_END.matcher(line.text());
        if (end.find()) {
          return end.group().equals("*/");
        }
        looksLikeOne |= !line.text().isBlank();
        if (!COMMENT_LINE.matcher(line.text()).matches()) {
          return false;
        }
      }
    }
    return looksLikeOne;
  }

  private void line(String text, int number) {
    if (isInDirective || (!isInComment && text.startsWith("#"))) {
      isInDirective = text.endsWith("\\");
      return;
    }
    int at = 0;
    Matcher token = TOKEN.matcher(text);
    while (at < text.length()) {
      if (isInComment) {
        int end = text.indexOf("*/", at);
        if (end < 0) {
          return;
        }
        isInComment = false;
        at = end + 2;
      } else if (text.startsWith("/*", at)) {
        isInComment = true;
        at += 2;
      } else if (text.startsWith("//", at)) {
        return;
      } else if (Character.isWhitespace(text.charAt(at))) {
        at++;
      } else {
        token.region(at, text.length());
        token.lookingAt();
        tokens.add(new CToken(token.group(), number, at));
        at = token.end();
      }
    }
  }
}
