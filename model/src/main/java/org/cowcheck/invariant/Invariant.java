package org.cowcheck.invariant;

import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Something that must hold in every execution.
 *
 * @param broken what a report says of an execution in which it does not hold
 * @param holds the check
 * @param where of an execution in which it does not hold: the page, and when it first was so; empty
 *     if there is no more to say
 */
public record Invariant(String broken, Predicate<End> holds, Function<End, String> where) {

  /** One of which there is no more to say. */
  public Invariant(String broken, Predicate<End> holds) {
    this(broken, holds, end -> "");
  }
}
