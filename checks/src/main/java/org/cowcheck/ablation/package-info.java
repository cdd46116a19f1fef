/**
 * What the edits of a patch do: each part dropped alone, and two patches side by side.
 *
 * <p>It says which cells to explore and what follows from the answers; who explores them is an
 * {@link org.cowcheck.ablation.Engine}, which it does not see. Reports and the command line use it.
 */
package org.cowcheck.ablation;
