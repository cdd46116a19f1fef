package org.cowcheck.finding;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Progress;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Finding;
import org.cowcheck.verdict.Outcome;

/** Findings of tests: of programs that are known to go wrong, against a part of the catalogue. */
record Found(Patch patch, String model, ImmutableList<Scenario> catalogue) {
  static final Bounds BOUNDS = new Bounds(3000, Bounds.NONE.timeout(), Bounds.NONE.maxEvents());

  static Found under(String patch, String model, String... scenarios) {
    ImmutableSet<String> names = ImmutableSet.copyOf(scenarios);
    ImmutableList<Scenario> catalogue =
        Scenarios.all().stream()
            .filter(scenario -> names.contains(scenario.name()))
            .collect(toImmutableList());
    if (catalogue.size() != names.size()) {
      throw new IllegalArgumentException("not all are in the catalogue: " + names);
    }
    Patch known =
        Patches.all().stream()
            .filter(candidate -> candidate.name().equals(patch))
            .findFirst()
            .orElseThrow();
    return new Found(known, model, catalogue);
  }

  Cell cell(String program) {
    return Trials.cell(
        ClientProgram.parse(program),
        patch,
        model,
        Expectations.defaultPlatform(model),
        Accesses.MARKED);
  }

  /** The sighting of a program; its witness is the first that is found. */
  Sighting sighting(String program) {
    Outcome outcome =
        new ScenarioCheck(cell(program), MemoryModels.named(model))
            .exploreToFirst(BOUNDS, Progress.NONE, () -> false);
    return Sighting.of(ClientProgram.parse(program), outcome);
  }

  ImmutableList<Finding> in(String... programs) throws InterruptedException, IOException {
    return in(1, Optional.empty(), programs);
  }

  ImmutableList<Finding> in(int threads, Optional<Path> causes, String... programs)
      throws InterruptedException, IOException {
    return new Findings(BOUNDS, threads, () -> false, causes, catalogue)
        .of(Stream.of(programs).map(this::sighting).collect(toImmutableList()));
  }
}
