package org.cowcheck.explore;

import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import org.cowcheck.memory.Cpu;

/**
 * A program that can be run without knowing what its reads return: wherever that decides what is
 * run next, it chooses, so that all sequences of choices give every path that some values lead to.
 */
@FunctionalInterface
public interface Paths {

  /**
   * The name of a note before an access whose operand is the same whatever the program has read,
   * for programs that can tell although it depends on reads.
   */
  String CONSTANT = "constant";

  /**
   * Runs one path.
   *
   * @param known says of a read, by its place in program order, that what it returns is meant
   * @param choose given the number of ways, says which one to go, from 0
   */
  long run(Cpu cpu, IntPredicate known, IntUnaryOperator choose);
}
