/**
 * C litmus tests: executions written as ones that herd7 and klitmus7 read.
 *
 * <p>It knows events and graphs and no engine. The command line uses it.
 */
package org.cowcheck.litmus;
