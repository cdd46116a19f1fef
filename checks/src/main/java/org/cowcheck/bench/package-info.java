/**
 * Programs whose size is a parameter, and how fast they are explored.
 *
 * <p>{@code cli} uses it; it uses {@code explore}, {@code litmus} and {@code memory}.
 */
package org.cowcheck.bench;
