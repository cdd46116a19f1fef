package org.cowcheck.litmus;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file without what the grammar does not know: the first line, what follows it up to the initial
 * state, and comments. Everything else stays where it is.
 *
 * <p>As in herd7, {@code (*} begins a comment outside of threads alone: inside, it is a parenthesis
 * and a pointer. Limits keep hostile input from the parser.
 */
final class SourceText {
  static final int MAX_CHARACTERS = 1 << 20;
  static final int MAX_DEPTH = 200;

  private static final Pattern FIRST_LINE =
      Pattern.compile("(?:\\uFEFF?)\\s*(\\w+)[ \\t]+([\\w/.+\\-\\[\\]]+)[^\\r\\n{]*");

  private final String file;
  private final StringBuilder text;
  private final String name;

  /**
   * Prepares a file for the parser.
   *
   * @throws LitmusException if it is no C litmus test or beyond a limit
   */
  SourceText(String file, String content) {
    this.file = file;
    if (content.length() > MAX_CHARACTERS) {
      throw malformed(
          0, "expected at most " + MAX_CHARACTERS + " characters, found " + content.length());
    }
    text = new StringBuilder(content);
    Matcher first = FIRST_LINE.matcher(content);
    if (!first.lookingAt()) {
      throw malformed(0, "expected the first line of a litmus test, such as 'C MP+poonceonces'");
    }
    if (!first.group(1).equals("C")) {
      throw new UnsupportedException(
          file, position(first.start(1)), "litmus tests for " + first.group(1) + "; only C is");
    }
    name = first.group(2).replaceFirst("\\.litmus$", "");
    blank(0, first.end());
    blankRest(first.end());
  }

  /** The name in the first line; as in herd7, {@code .litmus} at its end is no part of it. */
  String name() {
    return name;
  }

  /** What is left. */
  String text() {
    return text.toString();
  }

  private MalformedException malformed(int offset, String message) {
    return new MalformedException(file, position(offset), message);
  }

  private Position position(int offset) {
    int line = 1;
    int start = 0;
    for (int i = 0; i < offset; i++) {
      if (text.charAt(i) == '\n') {
        line++;
        start = i + 1;
      }
    }
    return new Position(line, offset - start + 1);
  }

  private void blank(int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.charAt(i) != '\n' && text.charAt(i) != '\r') {
        text.setCharAt(i, ' ');
      }
    }
  }

  /** Takes out comments and what precedes the first brace; measures how deep brackets nest. */
  private void blankRest(int from) {
    int depth = 0;
    int braces = 0;
    int blocks = 0;
    for (int i = from; i < text.length(); i++) {
      boolean inThread = braces > 0 && blocks > 1;
      int end = blocks > 0 || startsWith("(*", i) ? commentEnd(i, inThread) : -1;
      if (end >= 0) {
        blank(i, end);
        i = end - 1;
        continue;
      }
      switch (text.charAt(i)) {
        case '{' -> {
          braces++;
          blocks += braces == 1 ? 1 : 0;
          depth++;
        }
        case '}' -> {
          braces--;
          depth--;
        }
        case '(', '[' -> depth += blocks == 0 ? 0 : 1;
        case ')', ']' -> depth -= blocks == 0 ? 0 : 1;
        default -> {}
      }
      if (depth > MAX_DEPTH) {
        throw malformed(i, "expected at most " + MAX_DEPTH + " brackets within each other");
      }
      if (blocks == 0) {
        blank(i, i + 1);
      }
    }
    if (blocks == 0) {
      throw malformed(text.length(), "expected the initial state, '{ ... }', found the end");
    }
  }

  /** The end of the comment that begins here, or -1 if none does. */
  private int commentEnd(int start, boolean inThread) {
    if (text.charAt(start) == '/' && startsWith("//", start)) {
      int end = text.indexOf("\n", start);
      return end < 0 ? text.length() : end;
    }
    if (text.charAt(start) == '/' && startsWith("/*", start)) {
      int end = text.indexOf("*/", start + 2);
      if (end < 0) {
        throw malformed(start, "expected '*/' after '/*', found the end");
      }
      return end + 2;
    }
    if (!inThread && text.charAt(start) == '(' && startsWith("(*", start)) {
      return nestedCommentEnd(start);
    }
    return -1;
  }

  private int nestedCommentEnd(int start) {
    int open = 0;
    int i = start;
    while (i < text.length()) {
      if (startsWith("(*", i)) {
        open++;
        i += 2;
      } else if (startsWith("*)", i)) {
        open--;
        i += 2;
        if (open == 0) {
          return i;
        }
      } else {
        i++;
      }
    }
    throw malformed(start, "expected '*)' after '(*', found the end");
  }

  private boolean startsWith(String word, int at) {
    return at + 1 < text.length()
        && text.charAt(at) == word.charAt(0)
        && text.charAt(at + 1) == word.charAt(1);
  }
}
