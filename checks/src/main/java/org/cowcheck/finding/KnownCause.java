package org.cowcheck.finding;

import org.cowcheck.scenario.Origin;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.verdict.Cause;
import org.cowcheck.verdict.Finding;

/** A cause that a scenario of the catalogue has. */
record KnownCause(Scenario scenario, Cause cause) {

  Finding.Likeness like(String why) {
    return new Finding.Likeness(scenario.name(), origin(), why);
  }

  private String origin() {
    return scenario.origin() instanceof Origin.Race race
        ? race.id() + ", " + race.fix()
        : scenario.source();
  }

  /** Reported races first, then questions of our own, rows of tables and cells of selftests. */
  int rank() {
    if (scenario.origin() instanceof Origin.Race) {
      return 0;
    }
    if (scenario.origin() instanceof Origin.Own) {
      return 1;
    }
    return scenario.origin() instanceof Origin.EntryRow ? 2 : 3;
  }
}
