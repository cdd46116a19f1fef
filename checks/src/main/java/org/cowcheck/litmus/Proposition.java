package org.cowcheck.litmus;

import com.google.common.collect.ImmutableSet;
import java.util.Set;

/** A statement about a final state; printed as herd prints it. */
sealed interface Proposition {
  Proposition TRUE = new Constant(true);

  boolean holds(State state, Addresses addresses);

  /** What it speaks of. */
  Set<Observable> observed();

  /** The locations whose addresses it names. */
  Set<String> pointedTo();

  /** What encloses a proposition, and so decides whether it needs parentheses. */
  enum Place {
    TOP,
    AND,
    OR,
    IMPLIES
  }

  String show(Place above);

  /** {@code true} or {@code false}. */
  record Constant(boolean value) implements Proposition {
    @Override
    public boolean holds(State state, Addresses addresses) {
      return value;
    }

    @Override
    public Set<Observable> observed() {
      return Set.of();
    }

    @Override
    public Set<String> pointedTo() {
      return Set.of();
    }

    @Override
    public String show(Place above) {
      return Boolean.toString(value);
    }
  }

  /** {@code 0:r1=1}. */
  record HasValue(Observable observable, Initial value) implements Proposition {
    @Override
    public boolean holds(State state, Addresses addresses) {
      return state.get(observable) == value.value(addresses);
    }

    @Override
    public Set<Observable> observed() {
      return Set.of(observable);
    }

    @Override
    public Set<String> pointedTo() {
      return value instanceof Initial.Address address ? Set.of(address.location()) : Set.of();
    }

    @Override
    public String show(Place above) {
      return observable + "=" + value;
    }
  }

  /** {@code 0:r1=1:r2}. */
  record SameValue(Observable left, Observable right) implements Proposition {
    @Override
    public boolean holds(State state, Addresses addresses) {
      return state.get(left) == state.get(right);
    }

    @Override
    public Set<Observable> observed() {
      return ImmutableSet.of(left, right);
    }

    @Override
    public Set<String> pointedTo() {
      return Set.of();
    }

    @Override
    public String show(Place above) {
      return left + "=" + right;
    }
  }

  /** {@code not (p)}. */
  record Not(Proposition body) implements Proposition {
    @Override
    public boolean holds(State state, Addresses addresses) {
      return !body.holds(state, addresses);
    }

    @Override
    public Set<Observable> observed() {
      return body.observed();
    }

    @Override
    public Set<String> pointedTo() {
      return body.pointedTo();
    }

    @Override
    public String show(Place above) {
      return "not (" + body.show(Place.TOP) + ")";
    }
  }

  /** Two propositions and what joins them: AND, OR or IMPLIES. */
  record Joined(Place join, Proposition left, Proposition right) implements Proposition {
    @Override
    public boolean holds(State state, Addresses addresses) {
      boolean first = left.holds(state, addresses);
      boolean second = right.holds(state, addresses);
      return switch (join) {
        case AND -> first && second;
        case OR -> first || second;
        case IMPLIES -> !first || second;
        case TOP -> throw new IllegalStateException("joined by nothing");
      };
    }

    @Override
    public Set<Observable> observed() {
      return ImmutableSet.<Observable>builder()
          .addAll(left.observed())
          .addAll(right.observed())
          .build();
    }

    @Override
    public Set<String> pointedTo() {
      return ImmutableSet.<String>builder()
          .addAll(left.pointedTo())
          .addAll(right.pointedTo())
          .build();
    }

    @Override
    public String show(Place above) {
      String text =
          left.show(join)
              + switch (join) {
                case AND -> " /\\ ";
                case OR -> " \\/ ";
                default -> " => ";
              }
              + right.show(join);
      return needsParentheses(above) ? "(" + text + ")" : text;
    }

    private boolean needsParentheses(Place above) {
      return switch (above) {
        case TOP -> false;
        case AND, IMPLIES -> join != above;
        case OR -> join == Place.IMPLIES;
      };
    }
  }
}
