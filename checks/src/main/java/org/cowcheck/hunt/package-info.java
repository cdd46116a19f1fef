/**
 * The hunt: every small client program of kernel operations, in order of size, each explored unless
 * something smaller already tells its answer.
 *
 * <p>It decides which programs there are and which of them are run, not what a violation means. The
 * command line uses it.
 */
package org.cowcheck.hunt;
