/**
 * Finds the cheapest sets of edits that make a patch safe, learning from witnesses.
 *
 * <p>It explores scenarios under patches that it makes up, and asks memory models about graphs with
 * more fences; it prints nothing. The command line uses it.
 */
package org.cowcheck.synthesis;
