package org.cowcheck.litmus;

import com.google.common.collect.ImmutableList;
import java.util.Set;
import org.cowcheck.litmus.grammar.LitmusParser;

/** Builds the statements of a thread from their syntax trees. */
final class StatementBuilder {
  private final String file;
  private final ExpressionBuilder expressions;

  StatementBuilder(String file) {
    this.file = file;
    this.expressions = new ExpressionBuilder(file);
  }

  /** The body of a thread whose parameters and registers have a value when it begins. */
  Statement body(LitmusParser.BlockContext block, Set<String> given) {
    Statement body = block(block);
    expressions.checkPointers(given);
    return body;
  }

  private Statement block(LitmusParser.BlockContext block) {
    return new Statement.Block(
        block.statement().stream().map(this::statement).collect(ImmutableList.toImmutableList()));
  }

  private Statement statement(LitmusParser.StatementContext tree) {
    if (tree instanceof LitmusParser.BlockStatementContext block) {
      return block(block.block());
    }
    if (tree instanceof LitmusParser.IfStatementContext branch) {
      return new Statement.If(
          expressions.build(branch.expression()),
          statement(branch.statement(0)),
          branch.statement().size() > 1 ? statement(branch.statement(1)) : Statement.NOTHING);
    }
    if (tree instanceof LitmusParser.DeclarationContext declaration) {
      ImmutableList.Builder<Statement> assignments = ImmutableList.builder();
      declaration.declarator().forEach(declarator -> assignments.add(declare(declarator)));
      return new Statement.Block(assignments.build());
    }
    if (tree instanceof LitmusParser.ExpressionStatementContext expression) {
      return new Statement.Evaluate(expressions.build(expression.expression()));
    }
    if (tree instanceof LitmusParser.UnsupportedStatementContext jump) {
      String word = jump.getStart().getText();
      throw new UnsupportedException(
          file,
          TestBuilder.position(jump),
          jump.jump().ID() != null && !word.equals("goto") ? "a label" : word);
    }
    return Statement.NOTHING;
  }

  private Statement declare(LitmusParser.DeclaratorContext declarator) {
    if (declarator.getText().contains("[") && !declarator.getText().contains("=")) {
      throw new UnsupportedException(file, TestBuilder.position(declarator), "an array");
    }
    return declarator.value == null
        ? Statement.NOTHING
        : new Statement.Evaluate(expressions.assign(declarator.ID().getText(), declarator.value));
  }
}
