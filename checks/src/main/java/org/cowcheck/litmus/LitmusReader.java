package org.cowcheck.litmus;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.stream.Collectors;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.ErrorNode;
import org.antlr.v4.runtime.tree.IterativeParseTreeWalker;
import org.antlr.v4.runtime.tree.ParseTreeListener;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.cowcheck.litmus.grammar.LitmusLexer;
import org.cowcheck.litmus.grammar.LitmusParser;

/** Reads litmus tests. */
public final class LitmusReader {
  private static final int SHOWN_CHARACTERS = 30;
  private static final int NAMED_TOKENS = 6;
  private static final int MAX_DEPTH = 500;

  /** What messages call a kind of token that is no fixed text. */
  private static final ImmutableMap<Integer, String> NAMES =
      ImmutableMap.of(
          Token.EOF,
          "the end",
          LitmusLexer.PROC,
          "a thread such as P0",
          LitmusLexer.TYPE,
          "a type",
          LitmusLexer.NUMBER,
          "a number",
          LitmusLexer.ID,
          "a name",
          LitmusLexer.ASSIGN_OP,
          "an assignment");

  private LitmusReader() {}

  /**
   * The test in a file.
   *
   * @param file how messages name the file
   * @throws LitmusException if it is malformed, or says something that cannot be run
   */
  public static LitmusTest read(String file, String content) {
    SourceText source = new SourceText(file, content);
    ErrorListener errors = new ErrorListener(file);
    LitmusLexer lexer = new LitmusLexer(CharStreams.fromString(source.text()));
    lexer.removeErrorListeners();
    lexer.addErrorListener(errors);
    LitmusParser parser = new LitmusParser(new CommonTokenStream(lexer));
    parser.removeErrorListeners();
    parser.addErrorListener(errors);
    parser.addParseListener(new DepthLimit(file));
    LitmusParser.TestContext tree = parser.test();
    // What is nested to the left, as in 1 + 1 + 1, is known to be so only now.
    new IterativeParseTreeWalker().walk(new DepthLimit(file), tree);
    return new TestBuilder(file).build(source.name(), tree);
  }

  /** Keeps hostile input from the end of the stack. */
  private static final class DepthLimit implements ParseTreeListener {
    private final String file;
    private int depth;

    DepthLimit(String file) {
      this.file = file;
    }

    @Override
    public void enterEveryRule(ParserRuleContext rule) {
      if (++depth > MAX_DEPTH) {
        throw new MalformedException(
            file, TestBuilder.position(rule), "expected less nesting, found " + depth + " levels");
      }
    }

    @Override
    public void exitEveryRule(ParserRuleContext rule) {
      depth--;
    }

    @Override
    public void visitTerminal(TerminalNode node) {}

    @Override
    public void visitErrorNode(ErrorNode node) {}
  }

  /** Turns the first error into an exception. */
  private static final class ErrorListener extends BaseErrorListener {
    private final String file;

    ErrorListener(String file) {
      this.file = file;
    }

    @Override
    public void syntaxError(
        Recognizer<?, ?> recognizer,
        Object offendingSymbol,
        int line,
        int column,
        String message,
        RecognitionException e) {
      String text = message;
      if (recognizer instanceof Parser parser && offendingSymbol instanceof Token token) {
        text = "expected " + expected(parser) + ", found " + found(token);
      }
      throw new MalformedException(file, new Position(line, column + 1), text);
    }

    private static String expected(Parser parser) {
      List<Integer> known = parser.getExpectedTokens().toList();
      if (known.isEmpty() || known.size() > NAMED_TOKENS) {
        String rule = parser.getRuleNames()[parser.getContext().getRuleIndex()];
        return ("aeiou".indexOf(rule.charAt(0)) < 0 ? "a " : "an ") + rule;
      }
      return known.stream()
          .map(type -> NAMES.getOrDefault(type, parser.getVocabulary().getLiteralName(type)))
          .collect(Collectors.joining(", "));
    }

    private static String found(Token token) {
      if (token.getType() == Token.EOF) {
        return "the end";
      }
      String text = token.getText();
      String shown =
          text.length() > SHOWN_CHARACTERS ? text.substring(0, SHOWN_CHARACTERS) + "…" : text;
      return shown.chars().anyMatch(Character::isISOControl)
          ? "a control character"
          : "'" + shown + "'";
    }
  }
}
