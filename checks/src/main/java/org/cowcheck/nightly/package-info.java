/**
 * A night: every cell of every engine, the cheapest and never finished ones first, each bounded and
 * put into a journal as soon as it is finished.
 *
 * <p>It decides what is done and when, not what an answer means. The command line uses it.
 */
package org.cowcheck.nightly;
