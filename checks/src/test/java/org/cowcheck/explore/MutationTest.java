package org.cowcheck.explore;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Maps;
import com.google.common.collect.Sets;
import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.cowcheck.explore.Mutation.Fate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Each barrier, second look and lock of the model is needed: without it some verdict changes. Those
 * that no scenario needs are in redundant.json, with the reason.
 */
final class MutationTest {
  private static final ImmutableSortedSet<Mutant> QUICK =
      ImmutableSortedSet.of(
          new Mutant(Mutant.Kind.FENCE, "E1"),
          new Mutant(Mutant.Kind.FENCE, "E4"),
          new Mutant(Mutant.Kind.FENCE, "G12"),
          new Mutant(Mutant.Kind.FENCE, "G17"),
          new Mutant(Mutant.Kind.FENCE, "IM4"),
          new Mutant(Mutant.Kind.FENCE, "IM6"),
          new Mutant(Mutant.Kind.FENCE, "KH6"),
          new Mutant(Mutant.Kind.FENCE, "MF1"),
          new Mutant(Mutant.Kind.FENCE, "MF3"),
          new Mutant(Mutant.Kind.LOCK, "RP3"),
          new Mutant(Mutant.Kind.LOCK, "U6"),
          new Mutant(Mutant.Kind.RECHECK, "G14"),
          new Mutant(Mutant.Kind.RECHECK, "HG3"),
          new Mutant(Mutant.Kind.RECHECK, "I5"),
          new Mutant(Mutant.Kind.RECHECK, "UM9"));

  /**
   * One entry of the file.
   *
   * @param what barrier, second look or lock
   * @param meets "nothing" if {@link MutantWatch} sees it meet nothing in any cell of a kernel
   *     state: no lock of the entry is taken by two programs, no second look finds a change
   * @param open whether nobody has worked out the reason yet
   */
  private record Entry(
      String what, List<String> labels, String meets, boolean open, List<String> why) {
    ImmutableSortedSet<Mutant> mutants() {
      return labels.stream()
          .map(label -> new Mutant(kind(what), label))
          .collect(ImmutableSortedSet.toImmutableSortedSet(Comparator.naturalOrder()));
    }
  }

  private static List<Entry> entries() throws IOException {
    try (Reader reader =
        new InputStreamReader(
            MutationTest.class.getResourceAsStream("redundant.json"), StandardCharsets.UTF_8)) {
      return new Gson().fromJson(reader, new TypeToken<List<Entry>>() {}.getType());
    }
  }

  private static ImmutableSortedSet<Mutant> redundant() throws IOException {
    return entries().stream()
        .flatMap(entry -> entry.mutants().stream())
        .collect(ImmutableSortedSet.toImmutableSortedSet(Comparator.naturalOrder()));
  }

  private static Mutant.Kind kind(String what) {
    return switch (what) {
      case "barrier" -> Mutant.Kind.FENCE;
      case "second look" -> Mutant.Kind.RECHECK;
      case "lock" -> Mutant.Kind.LOCK;
      default -> throw new IllegalArgumentException("no such part of a step: " + what);
    };
  }

  @Test
  @Tag("nightly")
  void whatIsLeftOutIsNoticed_butForWhatIsRedundant() throws IOException, InterruptedException {
    ImmutableSortedMap<Mutant, Fate> fates = Mutation.fates(Mutation.mutants(CatalogueWalk.get()));
    print(fates);
    assertAll(
        () ->
            assertEquals(
                ImmutableSortedSet.of(),
                Sets.difference(unnoticed(fates), redundant()),
                "nothing changes without them, and they are not in redundant.json"),
        () ->
            assertEquals(
                ImmutableSortedSet.of(),
                Sets.difference(redundant(), unnoticed(fates)),
                "they are in redundant.json, and something changes without them"));
  }

  /** Some of them in every build: of each topic what is known to be needed, and one that is not. */
  @Test
  void whatIsKnownToBeNeededIsNeeded_andTheFirstBarrierOf8b8817630ae8IsNot()
      throws InterruptedException {
    ImmutableSortedMap<Mutant, Fate> fates =
        Mutation.fates(
            ImmutableSortedMap.copyOf(
                Maps.filterKeys(Mutation.mutants(CatalogueWalk.get()), QUICK::contains)));
    assertEquals(QUICK, fates.keySet());
    assertEquals(ImmutableSortedSet.of(new Mutant(Mutant.Kind.FENCE, "IM4")), unnoticed(fates));
  }

  /** What is redundant is there, once, and has a reason. */
  @Test
  void whatIsRedundantIsThere() throws IOException {
    Set<Mutant> mutants = Mutation.mutants(CatalogueWalk.get()).keySet();
    Set<Mutant> before = new HashSet<>();
    ImmutableSortedSet.Builder<Mutant> gone = ImmutableSortedSet.naturalOrder();
    for (Entry entry : entries()) {
      assertFalse(String.join("", entry.why()).isBlank(), () -> entry + " has no reason");
      for (Mutant mutant : entry.mutants()) {
        if (!mutants.contains(mutant)) {
          gone.add(mutant);
        }
        assertTrue(before.add(mutant), () -> mutant + " is redundant twice");
      }
    }
    assertEquals(ImmutableSortedSet.of(), gone.build(), "they are not in the model");
  }

  /** Where the reason is that it meets nothing, no cell of a kernel state says otherwise. */
  @Test
  void whatIsSaidToMeetNothingMeetsNothing() throws IOException {
    ImmutableSortedSet.Builder<Mutant> idle = ImmutableSortedSet.naturalOrder();
    for (Entry entry : entries()) {
      if (entry.meets() != null) {
        assertEquals("nothing", entry.meets());
        idle.addAll(entry.mutants());
      }
    }
    Set<Mutant> met = new HashSet<>();
    CatalogueWalk.get()
        .all()
        .forEach(
            (cell, seen) -> {
              if (cell.patch().edits().isEmpty()) {
                met.addAll(seen.met());
              }
            });
    assertEquals(
        ImmutableSortedSet.of(), ImmutableSortedSet.copyOf(Sets.intersection(idle.build(), met)));
  }

  private static Set<Mutant> unnoticed(ImmutableSortedMap<Mutant, Fate> fates) {
    return Maps.filterValues(fates, fate -> !fate.isNoticed()).keySet();
  }

  private static void print(ImmutableSortedMap<Mutant, Fate> fates) {
    fates.forEach(
        (mutant, fate) ->
            System.out.printf(
                "without %-22s %s%s%n",
                mutant,
                fate.isNoticed()
                    ? fate.changed()
                    : "nothing changes in %d cells".formatted(fate.tried()),
                fate.thrown().isEmpty() ? "" : "; " + fate.thrown()));
  }
}
