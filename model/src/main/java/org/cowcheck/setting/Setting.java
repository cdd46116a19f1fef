package org.cowcheck.setting;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Memory;

/**
 * A scenario's objects, in place and ready to run: one use each for engines that run on hardware.
 *
 * @param memory the words, at their initial values
 * @param programs one per CPU, in the order of the columns
 * @param invariants what every execution must satisfy
 */
public record Setting(
    Memory memory, ImmutableList<Program> programs, ImmutableList<Invariant> invariants) {}
