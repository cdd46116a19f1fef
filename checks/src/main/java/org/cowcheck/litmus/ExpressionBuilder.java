package org.cowcheck.litmus;

import com.google.common.collect.ImmutableList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.cowcheck.litmus.grammar.LitmusParser;
import org.cowcheck.litmus.grammar.LitmusParser.ExpressionContext;

/** Builds expressions from their syntax trees. Casts are dropped: every value has 64 bits. */
final class ExpressionBuilder {
  private final String file;
  private final Primitives primitives = new Primitives();
  private final Set<String> assigned = new HashSet<>();
  private final Map<String, Position> followed = new LinkedHashMap<>();

  ExpressionBuilder(String file) {
    this.file = file;
  }

  Expression build(ExpressionContext tree) {
    if (tree instanceof LitmusParser.ParenthesesContext parentheses) {
      return build(parentheses.expression());
    }
    if (tree instanceof LitmusParser.CastContext cast) {
      return build(cast.expression());
    }
    if (tree instanceof LitmusParser.LiteralContext literal) {
      return new Expression.Constant(TestBuilder.number(file, literal.NUMBER().getSymbol()));
    }
    if (tree instanceof LitmusParser.NameContext name) {
      return new Expression.Register(name.ID().getText());
    }
    if (tree instanceof LitmusParser.CallContext call) {
      return call(call);
    }
    if (tree instanceof LitmusParser.UnaryContext unary) {
      return unary(unary);
    }
    if (tree instanceof LitmusParser.BinaryContext binary) {
      return binary(binary.op, binary.expression(0), binary.expression(1));
    }
    if (tree instanceof LitmusParser.TernaryContext ternary) {
      return new Expression.Choose(
          build(ternary.expression(0)), build(ternary.expression(1)), build(ternary.expression(2)));
    }
    if (tree instanceof LitmusParser.AssignmentContext assignment) {
      return assignment(assignment);
    }
    throw unsupported(tree, "'" + tree.getText() + "'");
  }

  /** An assignment to a variable. */
  Expression assign(String variable, ExpressionContext value) {
    assigned.add(variable);
    return new Expression.Assign(variable, build(value));
  }

  /**
   * Fails if a variable is followed as a pointer that nothing ever makes one.
   *
   * @param given the variables that have a value when the thread begins
   */
  void checkPointers(Set<String> given) {
    followed.forEach(
        (name, position) -> {
          if (!given.contains(name) && !assigned.contains(name)) {
            throw new MalformedException(
                file,
                position,
                "expected a parameter or a variable that is assigned, found '" + name + "'");
          }
        });
  }

  /** An expression whose value is followed as a pointer. */
  private Expression follow(ExpressionContext tree) {
    Expression pointer = build(tree);
    if (pointer instanceof Expression.Register variable) {
      followed.putIfAbsent(variable.name(), TestBuilder.position(tree));
    }
    return pointer;
  }

  private Expression unary(LitmusParser.UnaryContext tree) {
    return switch (tree.op.getText()) {
      case "*" -> new Expression.Load(follow(tree.expression()));
      case "&" -> pointer(tree.expression(), "a pointer's target after '&'");
      default -> new Expression.Unary(Operator.one(tree.op.getText()), build(tree.expression()));
    };
  }

  private Expression binary(Token operator, ExpressionContext left, ExpressionContext right) {
    return switch (operator.getText()) {
      case "&&" -> new Expression.Decide(true, build(left), build(right));
      case "||" -> new Expression.Decide(false, build(left), build(right));
      default ->
          new Expression.Binary(
              Operator.two(operator.getText()),
              Operator.absorbs(operator.getText()),
              build(left),
              build(right));
    };
  }

  private Expression assignment(LitmusParser.AssignmentContext tree) {
    ExpressionContext target = stripped(tree.expression(0));
    if (target instanceof LitmusParser.NameContext name) {
      return assign(name.ID().getText(), tree.expression(1));
    }
    return new Expression.Store(
        pointer(target, "a variable or '*pointer' before '='"), build(tree.expression(1)));
  }

  private Expression call(LitmusParser.CallContext call) {
    String name = call.ID().getText();
    Primitives.Known known = primitives.find(name);
    if (known == null) {
      throw unsupported(call, name + "()");
    }
    List<ExpressionContext> arguments = call.expression();
    if (arguments.size() != known.arguments()) {
      throw new MalformedException(
          file,
          TestBuilder.position(call),
          "expected %d arguments of %s(), found %d"
              .formatted(known.arguments(), name, arguments.size()));
    }
    ImmutableList.Builder<Expression> built = ImmutableList.builder();
    for (int i = 0; i < arguments.size(); i++) {
      if (i != known.address()) {
        built.add(build(arguments.get(i)));
      } else if (Primitives.isOfObjects(name)) {
        built.add(pointer(arguments.get(i), "'*pointer' as the first argument of " + name + "()"));
      } else {
        built.add(follow(arguments.get(i)));
      }
    }
    return new Expression.Call(known.primitive(), built.build());
  }

  /** The pointer of {@code *pointer}. */
  private Expression pointer(ExpressionContext tree, String expected) {
    ExpressionContext target = stripped(tree);
    if (target instanceof LitmusParser.UnaryContext unary && unary.op.getText().equals("*")) {
      return follow(unary.expression());
    }
    throw new MalformedException(
        file,
        TestBuilder.position(tree),
        "expected " + expected + ", found '" + tree.getText() + "'");
  }

  private static ExpressionContext stripped(ExpressionContext tree) {
    ExpressionContext inner = tree;
    while (inner instanceof LitmusParser.ParenthesesContext parentheses) {
      inner = parentheses.expression();
    }
    return inner;
  }

  private UnsupportedException unsupported(ParserRuleContext tree, String what) {
    String shown = what.length() > 60 ? what.substring(0, 60) + "…" : what;
    return new UnsupportedException(file, TestBuilder.position(tree), shown);
  }
}
