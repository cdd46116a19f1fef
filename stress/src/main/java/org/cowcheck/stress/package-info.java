/**
 * Reported races on this machine's hardware and JIT: one file per race, run by jcstress.
 *
 * <p>Each file is a triple: the race before the fix, after it, and its weak spot in a few words.
 * What happens is the model's, run by {@link org.cowcheck.memory.HardwareCpu}; what must hold is
 * the scenario's own invariants. A run shows that something happens here, never that it cannot. It
 * knows no explorer. {@link org.cowcheck.stress.SuiteLines} says what was seen to those who run the
 * suite in a process of its own.
 *
 * <p>A fix that waits by an IPI or for a grace period has no "after": HardwareCpu refuses both.
 * Where the flush of the TLB alone waits for GUP-fast, as on x86, the race shows here all the same,
 * because the platform is generic.
 *
 * <p>Races with GUP-fast list their results one by one: they are those that the explorer finds
 * under LKMM on the generic platform. Any other is forbidden, broken invariant or not.
 *
 * <h2>Scenarios that are not here</h2>
 *
 * <ul>
 *   <li>wrong-cow-of-pinned-page has one CPU: jcstress has nothing to add to running it once.
 *   <li>gup-fast-vs-swap-out-swap-in goes wrong in the seed alone, and that under LKMM alone: the
 *       second step of a pin and the look at the entry after it are reordered. An atomic of x86 is
 *       a full fence, so the explorer alone shows it.
 *   <li>5afb4bf9fc62-unpin-of-the-head has one CPU as well.
 *   <li>70e806e4e645-fork-snapshot flushes the TLB and waits for the accesses of other CPUs: in
 *       {@link org.cowcheck.stress.ForkSnapshot} its weak spot runs alone.
 *   <li>gup-fast-vs-ksm-changed-pte and gup-fast-vs-free-and-reuse never go wrong with marked
 *       accesses, in any kernel: there is no race to show.
 * </ul>
 *
 * <p>jcstress finds actors and arbiters in the test class itself only, not in what it extends
 * (0.16: JCStressTestProcessor asks for enclosed elements). So each test has its own.
 */
package org.cowcheck.stress;
