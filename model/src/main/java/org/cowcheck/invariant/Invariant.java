package org.cowcheck.invariant;

import java.util.function.Predicate;

/**
 * Something that must hold in every execution.
 *
 * @param broken what a report says of an execution in which it does not hold
 * @param holds the check
 */
public record Invariant(String broken, Predicate<End> holds) {}
