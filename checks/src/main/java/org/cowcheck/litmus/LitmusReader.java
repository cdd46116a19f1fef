package org.cowcheck.litmus;

import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.cowcheck.litmus.grammar.LitmusLexer;
import org.cowcheck.litmus.grammar.LitmusParser;

/** Reads litmus tests. */
public final class LitmusReader {
  private static final int SHOWN_CHARACTERS = 30;
  private static final int NAMED_TOKENS = 6;

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
    try {
      return new TestBuilder(file).build(source.name(), parser.test());
    } catch (StackOverflowError e) {
      throw new MalformedException(
          file, new Position(1, 1), "expected less nesting than there is in this file");
    }
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
      int known = parser.getExpectedTokens().size();
      return known == 0 || known > NAMED_TOKENS
          ? "a " + parser.getRuleNames()[parser.getContext().getRuleIndex()]
          : parser.getExpectedTokens().toString(parser.getVocabulary()).replaceAll("[{}]", "");
    }

    private static String found(Token token) {
      if (token.getType() == Token.EOF) {
        return "the end";
      }
      String text = token.getText();
      return "'"
          + (text.length() > SHOWN_CHARACTERS ? text.substring(0, SHOWN_CHARACTERS) + "…" : text)
          + "'";
    }
  }
}
