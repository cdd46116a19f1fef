package org.cowcheck.litmus;

import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.cowcheck.litmus.grammar.LitmusParser;

/** Builds conditions and filters from their syntax trees. */
final class QuestionBuilder {
  private final String file;
  private final int threads;

  QuestionBuilder(String file, int threads) {
    this.file = file;
    this.threads = threads;
  }

  /** The question of a test; a test without one asks nothing. */
  Condition condition(LitmusParser.ConditionContext condition) {
    if (condition == null) {
      return Condition.NONE;
    }
    if (condition instanceof LitmusParser.NotExistsContext not) {
      return new Condition(Condition.Quantifier.NOT_EXISTS, proposition(not.proposition()));
    }
    if (condition instanceof LitmusParser.ForAllContext all) {
      return new Condition(Condition.Quantifier.FORALL, proposition(all.proposition()));
    }
    LitmusParser.PropositionContext body =
        condition instanceof LitmusParser.ExistsContext exists
            ? exists.proposition()
            : ((LitmusParser.BareContext) condition).proposition();
    return new Condition(Condition.Quantifier.EXISTS, proposition(body));
  }

  Proposition proposition(LitmusParser.PropositionContext tree) {
    if (tree instanceof LitmusParser.NestedContext nested) {
      return proposition(nested.proposition());
    }
    if (tree instanceof LitmusParser.NegationContext negation) {
      return new Proposition.Not(proposition(negation.proposition()));
    }
    if (tree instanceof LitmusParser.ConjunctionContext and) {
      return joined(Proposition.Place.AND, and.proposition(0), and.proposition(1));
    }
    if (tree instanceof LitmusParser.DisjunctionContext or) {
      return joined(Proposition.Place.OR, or.proposition(0), or.proposition(1));
    }
    if (tree instanceof LitmusParser.ImplicationContext implies) {
      return joined(Proposition.Place.IMPLIES, implies.proposition(0), implies.proposition(1));
    }
    if (tree instanceof LitmusParser.EqualityContext equality) {
      return equality(equality);
    }
    return new Proposition.Constant(tree instanceof LitmusParser.TrueContext);
  }

  private Proposition joined(
      Proposition.Place join,
      LitmusParser.PropositionContext left,
      LitmusParser.PropositionContext right) {
    return new Proposition.Joined(join, proposition(left), proposition(right));
  }

  private Proposition equality(LitmusParser.EqualityContext tree) {
    Observable observable = observable(tree.place());
    Proposition equal = equal(observable, tree.target());
    return tree.op.getText().equals("!=") ? new Proposition.Not(equal) : equal;
  }

  private Proposition equal(Observable observable, LitmusParser.TargetContext target) {
    if (target instanceof LitmusParser.NumberTargetContext number) {
      return new Proposition.HasValue(
          observable, new Initial.Plain(TestBuilder.number(file, number.number())));
    }
    if (target instanceof LitmusParser.AddressTargetContext address) {
      return new Proposition.HasValue(observable, new Initial.Address(address.ID().getText()));
    }
    if (target instanceof LitmusParser.RegisterTargetContext register) {
      Token thread = (register.NUMBER() == null ? register.PROC() : register.NUMBER()).getSymbol();
      return new Proposition.SameValue(observable, known(register(thread, register.ID()), thread));
    }
    TerminalNode location = ((LitmusParser.LocationTargetContext) target).ID();
    return new Proposition.SameValue(observable, new Observable.Location(location.getText()));
  }

  Observable observable(LitmusParser.PlaceContext place) {
    if (place instanceof LitmusParser.RegisterContext register) {
      return known(register(register.getStart(), register.ID()), register.getStart());
    }
    return new Observable.Location(((LitmusParser.LocationContext) place).ID().getText());
  }

  private Observable known(Observable.Register register, Token token) {
    if (register.thread() >= threads) {
      throw new MalformedException(
          file,
          TestBuilder.position(token),
          "expected a register of P0%s, found %s:%s"
              .formatted(
                  threads == 1 ? "" : " to P" + (threads - 1),
                  token.getText().replace("P", ""),
                  register.name()));
    }
    return register;
  }

  private static Observable.Register register(Token thread, TerminalNode name) {
    String digits = thread.getText().replace("P", "");
    int number = digits.length() > 6 ? Integer.MAX_VALUE - 1 : Integer.parseInt(digits);
    return new Observable.Register(number, name.getText());
  }
}
