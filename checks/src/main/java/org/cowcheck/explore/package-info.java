/**
 * The exhaustive explorer: every consistent execution of a program, each once, under a memory
 * model.
 *
 * <p>It knows programs on {@code Cpu} and memory models, and no kernel path. Reports and the
 * command line drive it.
 */
package org.cowcheck.explore;
