/**
 * One file per race: what happens on which CPU, from which initial state, and what must never be
 * seen.
 *
 * <p>No engine, bound or memory model is named here. It is the top of the model; engines use it.
 */
package org.cowcheck.scenario;
