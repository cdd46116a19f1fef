package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.explore.Bounds;
import org.cowcheck.finding.FindingFiles;
import org.cowcheck.finding.Findings;
import org.cowcheck.finding.Sighting;
import org.cowcheck.hunt.Bag;
import org.cowcheck.hunt.Violation;
import org.cowcheck.report.FindingText;
import org.cowcheck.verdict.Finding;

/**
 * The findings of a hunt, in its directory: what its violations come to.
 *
 * @param out the directory
 * @param patch as the command line names it
 * @param bounds of each exploration
 */
record HuntFindings(Path out, String patch, Bounds bounds, int threads) {

  /** Makes them, writes their files and prints their summary. */
  void make(Bag bag, BooleanSupplier cancelled, PrintStream to)
      throws IOException, InterruptedException {
    ImmutableList<Sighting> sightings = sightings(bag);
    if (sightings.isEmpty()) {
      return;
    }
    ImmutableList<Finding> found =
        new Findings(bounds, threads, cancelled, Optional.of(out.resolve("catalogue-causes.json")))
            .of(sightings);
    Path files = FindingFiles.write(found, out, cell -> FindingCommand.command(cell, patch));
    to.printf("%s%nFiles: %s%n", FindingText.summary(found), files);
  }

  /** Each program once, under the first model that breaks it; data races alone are left out. */
  private static ImmutableList<Sighting> sightings(Bag bag) {
    Map<ClientProgram, Sighting> first = new LinkedHashMap<>();
    for (Violation violation : bag.violations()) {
      if (!violation.inherited() && violation.outcome().witness().isPresent()) {
        first.putIfAbsent(
            violation.program(), Sighting.of(violation.program(), violation.outcome()));
      }
    }
    return ImmutableList.copyOf(first.values());
  }
}
