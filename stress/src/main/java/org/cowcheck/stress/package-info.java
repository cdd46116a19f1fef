/**
 * Reported races on this machine's hardware and JIT: one file per race, run by jcstress.
 *
 * <p>Each file is a triple: the race before the fix, after it, and its weak spot in a few words.
 * What happens is the model's, run by {@link org.cowcheck.memory.HardwareCpu}; what must hold is
 * the scenario's own invariants. A run shows that something happens here, never that it cannot. It
 * knows no explorer; nothing uses it.
 */
package org.cowcheck.stress;
