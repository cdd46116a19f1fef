/**
 * Scenarios under Lincheck: interleavings, chosen by an engine that is not ours.
 *
 * <p>It sees no reordering: fences have no effect, and a pass says nothing about a missing one.
 * Scenarios that wait for sections, by RCU or by an IPI as x86 does to flush, cannot run here. The
 * command line may use {@link org.cowcheck.linear.LincheckEngine}; Lincheck's own types stay in one
 * class.
 */
package org.cowcheck.linear;
