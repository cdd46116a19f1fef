/**
 * Shared memory as kernel code sees it: words, pointers, locks, and the primitives of one CPU.
 *
 * <p>It holds no kernel path, no memory model and no engine: which engine runs is decided by the
 * {@link org.cowcheck.memory.Cpu} that is passed in. Everything above may use it; it uses nothing.
 */
package org.cowcheck.memory;
