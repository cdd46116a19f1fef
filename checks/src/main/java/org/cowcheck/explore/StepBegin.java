package org.cowcheck.explore;

import org.cowcheck.memory.Step;

/**
 * Where a CPU begins a step.
 *
 * @param index how many events the CPU has taken before
 */
public record StepBegin(Step step, int index) {}
