package org.cowcheck.consistency;

/**
 * The two axioms that all models share: coherence (sequential consistency per word) and atomicity
 * of read-modify-writes.
 */
final class Coherence {
  private Coherence() {}

  /** LKMM: {@code acyclic po-loc | com as coherence}. */
  static boolean isCoherent(Basics basics) {
    return basics.poLoc.or(basics.com).isAcyclic();
  }

  /** LKMM: {@code empty rmw & (fre ; coe) as atomic}. */
  static boolean isAtomic(Basics basics) {
    return basics.rmw.and(basics.external(basics.fr).then(basics.external(basics.co))).isEmpty();
  }
}
