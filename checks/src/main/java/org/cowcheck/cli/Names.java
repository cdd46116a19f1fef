package org.cowcheck.cli;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.client.MalformedProgramException;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.ClientScenario;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.variant.KnownPatches;
import org.cowcheck.variant.NearNames;
import org.cowcheck.verdict.Cell;

/** Looks things up by the names that users write. */
final class Names {
  /** Lists of names up to this length are shown whole in an error message. */
  private static final int FEW = 8;

  private Names() {}

  /** The scenario of a name, or of a race id, commit or CVE that means one scenario only. */
  static Scenario scenario(String name) {
    ImmutableList<Scenario> found = scenarios(name);
    if (found.size() > 1) {
      throw new BadInputException(
          "'%s' means %d scenarios: %s; name one"
              .formatted(
                  name,
                  found.size(),
                  found.stream().map(Scenario::name).collect(joining("', '", "'", "'"))));
    }
    return found.get(0);
  }

  /**
   * The scenarios that are meant: by name, by a beginning and {@code *}, by their origin, or as the
   * text of a client program.
   */
  static ImmutableList<Scenario> scenarios(String name) {
    if (ClientProgram.looksLike(name)) {
      return ImmutableList.of(ClientScenario.of(program(name)));
    }
    ImmutableList<Scenario> byOrigin =
        Scenarios.all().stream()
            .filter(scenario -> OriginNames.mean(scenario, name))
            .collect(toImmutableList());
    if (!byOrigin.isEmpty()) {
      return byOrigin;
    }
    ImmutableList<String> races = OriginNames.races();
    if (OriginNames.looksLikeRace(name) && !races.isEmpty()) {
      throw unknown("race", name, races);
    }
    return findAll("scenario", name, Scenarios.all(), Scenario::name);
  }

  /** A client program of this text. */
  static ClientProgram program(String text) {
    try {
      return ClientProgram.parse(text);
    } catch (MalformedProgramException e) {
      throw new BadInputException(e.getMessage());
    }
  }

  /** A patch: by name, by a commit that it adds, or in a file. */
  static Patch patch(String name) {
    return PatchArgument.of(name).patch();
  }

  /** The patches that are meant: as {@link #patch}, or by a beginning and {@code *}. */
  static ImmutableList<Patch> patches(String name) {
    return PatchArgument.all(name, Optional.empty()).stream()
        .map(PatchArgument::patch)
        .collect(toImmutableList());
  }

  /** A patch that has a name; {@code S1} is the seed. */
  static Patch knownPatch(String name) {
    ImmutableList<Patch> named = KnownPatches.named(name);
    if (named.size() > 1) {
      throw new BadInputException(
          "'%s' means %d patches: %s; name one"
              .formatted(
                  name,
                  named.size(),
                  named.stream().map(Patch::name).collect(joining("', '", "'", "'"))));
    }
    return named.isEmpty() ? find("patch", name, Patches.all(), Patch::name) : named.get(0);
  }

  /** The patches whose names begin so; {@code S1} begins those of the seed, too. */
  static ImmutableList<Patch> patchesThatBegin(String beginning) {
    ImmutableSet.Builder<Patch> found = ImmutableSet.builder();
    for (Patch patch : Patches.all()) {
      if (patch.name().startsWith(beginning)
          || (beginning.startsWith("S1")
              && patch.name().startsWith("seed" + beginning.substring(2)))) {
        found.add(patch);
      }
    }
    if (found.build().isEmpty()) {
      throw unknown("patch", beginning, Patches.all().stream().map(Patch::name).toList());
    }
    return found.build().asList();
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

  private static <T> ImmutableList<T> findAll(
      String kind, String name, List<T> known, Function<T, String> nameOf) {
    if (!name.endsWith("*")) {
      return ImmutableList.of(find(kind, name, known, nameOf));
    }
    String beginning = name.substring(0, name.length() - 1);
    ImmutableList<T> found =
        known.stream()
            .filter(candidate -> nameOf.apply(candidate).startsWith(beginning))
            .collect(toImmutableList());
    if (found.isEmpty()) {
      throw unknown(kind, beginning, known.stream().map(nameOf).toList());
    }
    return found;
  }

  private static BadInputException unknown(String kind, String name, List<String> known) {
    return new BadInputException(
        known.size() <= FEW
            ? String.format(
                "unknown %s '%s'; did you mean '%s'? (known: %s)",
                kind, name, NearNames.of(name, known).get(0), String.join(", ", known))
            : String.format(
                "unknown %s '%s'; did you mean %s? ('list' shows all %d)",
                kind, name, NearNames.either(name, known), known.size()));
  }
}
