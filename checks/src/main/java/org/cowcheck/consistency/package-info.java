/**
 * Memory models: which executions are consistent, and which accesses race. One file per model; each
 * axiom is a named line.
 *
 * <p>It judges graphs and never builds them. The explorer and its oracle use it; it uses {@code
 * execution} only.
 */
package org.cowcheck.consistency;
