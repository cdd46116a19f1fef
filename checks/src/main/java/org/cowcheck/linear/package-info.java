/**
 * Scenarios under Lincheck, those of the catalogue and others that it makes up: interleavings,
 * chosen by an engine that is not ours.
 *
 * <p>It sees no reordering: fences have no effect, and a pass says nothing about a missing one.
 * Scenarios that wait for sections, by RCU or by an IPI as x86 does to flush, cannot run here. The
 * command line and nights may use {@link org.cowcheck.linear.LincheckEngine} and {@link
 * org.cowcheck.linear.MadeUp}; no type of Lincheck's leaves the package.
 */
package org.cowcheck.linear;
