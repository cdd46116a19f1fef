package org.cowcheck.hardware;

/**
 * A test of the suite.
 *
 * @param test its full name
 * @param scenario the race that it belongs to, or the empty string
 * @param patch the kernel that it runs, or the empty string: it is the weak spot of the race alone
 * @param accesses marked or as-written
 */
public record StressTest(String test, String scenario, String patch, String accesses) {
  private static final String PACKAGE = "org.cowcheck.stress.";

  /** The name without its package. */
  public String name() {
    return test.startsWith(PACKAGE) ? test.substring(PACKAGE.length()) : test;
  }

  /** The race, the kernel and the test, in one line. */
  @Override
  public String toString() {
    if (scenario.isEmpty()) {
      return name();
    }
    return scenario + " " + (patch.isEmpty() ? "weak-spot" : patch) + " " + name();
  }
}
