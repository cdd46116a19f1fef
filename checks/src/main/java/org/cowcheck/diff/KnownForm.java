package org.cowcheck.diff;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;

/**
 * A form in which the source has a statement.
 *
 * @param code its tokens; {@code $} stands for an expression
 * @param isPresent whether the statement is there, and not what is there instead of it
 * @param says the labels of hunks that are there when it stands there
 * @param denies the labels of hunks that are not there then
 * @param variant what else it says of the accesses
 */
record KnownForm(
    ImmutableList<String> code,
    boolean isPresent,
    ImmutableSet<String> says,
    ImmutableSet<String> denies,
    Variant variant) {

  /** How a form differs from the one in the kernel states. */
  enum Variant {
    AS_IT_IS,
    ATOMIC,
    NOT_ATOMIC,
    MARKED,
    UNMARKED
  }
}
