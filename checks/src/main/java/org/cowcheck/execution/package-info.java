/**
 * Executions as data: events, relations between them, and the graph that holds both.
 *
 * <p>It knows no memory model and no search. Everything in this module may use it; it uses only the
 * words, fences and orders of {@code org.cowcheck.memory}.
 */
package org.cowcheck.execution;
