package org.cowcheck.cli;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.Cell;

/** Looks things up by the names that users write. */
final class Names {
  private Names() {}

  static Scenario scenario(String name) {
    return find("scenario", name, Scenarios.all(), Scenario::name);
  }

  /** A patch; {@code S1} is the seed. */
  static Patch patch(String name) {
    return find("patch", name.equals("S1") ? "seed" : name, Patches.all(), Patch::name);
  }

  static MemoryModel model(String name) {
    return find("model", name, MemoryModels.all(), MemoryModel::name);
  }

  static Platform platform(String name) {
    return find("platform", name, List.of(Platform.values()), Cell::name);
  }

  static Accesses accesses(String name) {
    return find("accesses", name, List.of(Accesses.values()), Cell::name);
  }

  private static <T> T find(String kind, String name, List<T> known, Function<T, String> nameOf) {
    return known.stream()
        .filter(candidate -> nameOf.apply(candidate).equals(name))
        .findFirst()
        .orElseThrow(() -> unknown(kind, name, known.stream().map(nameOf).toList()));
  }

  private static BadInputException unknown(String kind, String name, List<String> known) {
    String nearest =
        known.stream()
            .min(
                Comparator.comparing(
                    candidate -> LevenshteinDistance.getDefaultInstance().apply(name, candidate)))
            .orElseThrow();
    String all = known.stream().collect(Collectors.joining(", "));
    return new BadInputException(
        String.format("unknown %s '%s'; did you mean '%s'? (known: %s)", kind, name, nearest, all));
  }
}
