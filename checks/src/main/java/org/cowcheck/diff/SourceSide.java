package org.cowcheck.diff;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One side of a hunk, before or after the change: its tokens, and for each the block and the
 * function that it is in.
 *
 * <p>A hunk begins in the function that its heading names, unless a line says otherwise: what
 * begins in the first column, and is neither a label nor a brace, is outside of functions.
 */
final class SourceSide {
  private final ImmutableList<CToken> tokens;
  private final List<Block> blocks = new ArrayList<>();
  private final List<String> functions = new ArrayList<>();
  private final TreeMap<Integer, Integer> lastOfLines = new TreeMap<>();

  private Block block = new Block(null, ImmutableList.of(), false);
  private String function;
  private int statement;
  private int parentheses;

  private SourceSide(ImmutableList<CToken> tokens, String function) {
    this.tokens = tokens;
    this.function = function;
  }

  /** The side of a hunk that a sign stands for. */
  static SourceSide of(DiffHunk hunk, char side) {
    SourceSide source = new SourceSide(CLexer.tokens(hunk.lines(), side), hunk.headingFunction());
    source.read();
    return source;
  }

  ImmutableList<CToken> tokens() {
    return tokens;
  }

  Block block(int token) {
    return blocks.get(token);
  }

  String function(int token) {
    return functions.get(token);
  }

  /** Whether there is code on a line of the hunk. */
  boolean hasCode(int line) {
    Integer last = lastOfLines.floorKey(line);
    return last != null && last == line;
  }

  /** The function of the last code up to a line of the hunk. */
  Optional<String> functionUpTo(int line) {
    return Optional.ofNullable(lastOfLines.floorEntry(line))
        .map(last -> functions.get(last.getValue()));
  }

  private void read() {
    for (int i = 0; i < tokens.size(); i++) {
      CToken token = tokens.get(i);
      if (beginsOutside(i)) {
        block = new Block(null, ImmutableList.of(), false);
        function = "";
        statement = i;
        parentheses = 0;
      }
      blocks.add(block);
      functions.add(function);
      lastOfLines.put(token.line(), i);
      read(token, i);
    }
  }

  private boolean beginsOutside(int i) {
    CToken token = tokens.get(i);
    boolean isFirst = i == 0 || tokens.get(i - 1).line() != token.line();
    boolean isLabel = i + 1 < tokens.size() && tokens.get(i + 1).is(":");
    return isFirst && token.column() == 0 && token.isWord() && !isLabel && !isInDeclaration(i);
  }

  /** Whether what stands before belongs to the same declaration, such as its type. */
  private boolean isInDeclaration(int i) {
    return i > 0
        && function.isEmpty()
        && statement < i
        && block.parent() == null
        && !tokens.get(i - 1).is(")");
  }

  private void read(CToken token, int i) {
    switch (token.text()) {
      case "(" -> parentheses++;
      case ")" -> {
        parentheses = Math.max(0, parentheses - 1);
        if (parentheses == 0 && isHeader(i)) {
          openUnlessBrace(i);
        }
      }
      case "else", "do" -> {
        boolean isElseIf = i + 1 < tokens.size() && tokens.get(i + 1).is("if");
        statement = isElseIf ? i + 1 : i;
        if (!isElseIf) {
          openUnlessBrace(i);
        }
      }
      case "{" -> openBrace(token, i);
      case "}" -> closeBrace(token, i);
      case ";" -> {
        if (parentheses == 0) {
          statement = i + 1;
          closeOpen();
        }
      }
      default -> {}
    }
  }

  private boolean isHeader(int i) {
    if (statement > i) {
      return false;
    }
    CToken first = tokens.get(statement);
    return first.is("if") || first.is("for") || first.is("while") || first.is("switch");
  }

  private void openUnlessBrace(int i) {
    if (i + 1 >= tokens.size() || !tokens.get(i + 1).is("{")) {
      block = new Block(block, tokens.subList(statement, i + 1), false);
      statement = i + 1;
    }
  }

  private void openBrace(CToken token, int i) {
    parentheses = 0;
    boolean isOutside = block.parent() == null && function.isEmpty();
    List<CToken> header = statement <= i ? tokens.subList(statement, i) : ImmutableList.of();
    boolean isFunction = token.column() == 0 || isOutside;
    if (isOutside) {
      function = name(header);
      for (int j = statement; j <= i; j++) {
        functions.set(j, function);
      }
    }
    block = new Block(block, header, isFunction);
    block.braces().add(token);
    statement = i + 1;
  }

  private static String name(List<CToken> header) {
    for (int i = 0; i + 1 < header.size(); i++) {
      CToken token = header.get(i);
      if (header.get(i + 1).is("(") && token.isWord()) {
        return token.text();
      }
      if (token.is("enum") || token.is("struct") || token.is("union")) {
        if (i + 2 == header.size()) {
          return token.text() + " " + header.get(i + 1).text();
        }
      }
    }
    return "";
  }

  private void closeBrace(CToken token, int i) {
    while (block.braces().isEmpty() && block.parent() != null) {
      block = block.parent();
    }
    if (block.braces().isEmpty()) {
      block.setParent(new Block(null, ImmutableList.of(), false));
    } else {
      block.braces().add(token);
    }
    block = block.parent();
    statement = i + 1;
    parentheses = 0;
    if (token.endsFunction()) {
      block = new Block(null, ImmutableList.of(), false);
      function = "";
    } else {
      closeOpen();
    }
  }

  /** Ends blocks without braces, of which a statement was all. */
  private void closeOpen() {
    while (block.braces().isEmpty() && !block.header().isEmpty() && block.parent() != null) {
      block = block.parent();
    }
  }
}
