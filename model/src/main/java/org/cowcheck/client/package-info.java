/**
 * Client programs of the model: what CPUs may do to memory that is in some state, as texts such as
 * {@code exclusive:fork:pin-fast-write+unpin}. Each becomes a setting like that of a scenario. It
 * names no race, and decides nothing that the kernel decides.
 */
package org.cowcheck.client;
