package org.cowcheck.setting;

import java.util.function.ToLongFunction;
import org.cowcheck.memory.Cpu;

/**
 * What one CPU runs.
 *
 * @param name the head of its column
 * @param body the program; deterministic, given the values that it reads
 */
public record Program(String name, ToLongFunction<Cpu> body) {}
