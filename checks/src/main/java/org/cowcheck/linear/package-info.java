/**
 * Scenarios under Lincheck: interleavings, chosen by an engine that is not ours.
 *
 * <p>It sees no reordering: fences have no effect, and a pass says nothing about a missing one.
 * Scenarios with IPIs, RCU or sections with interrupts off cannot run here. The command line may
 * use {@link org.cowcheck.linear.LincheckEngine}; Lincheck's own types stay in one class.
 */
package org.cowcheck.linear;
