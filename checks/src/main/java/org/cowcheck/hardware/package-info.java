/**
 * Scenarios on this machine's hardware and JIT: the jcstress suite, in a process of its own.
 *
 * <p>It starts the suite's jar and reads what that prints; no class of jcstress is needed here. A
 * run shows that something happens, never that it cannot. The command line and nights use it.
 */
package org.cowcheck.hardware;
