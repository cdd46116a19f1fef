package org.cowcheck.explore;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

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
          new Mutant(Mutant.Kind.FENCE, "F9"),
          new Mutant(Mutant.Kind.FENCE, "G12"),
          new Mutant(Mutant.Kind.FENCE, "G17"),
          new Mutant(Mutant.Kind.LOCK, "U6"),
          new Mutant(Mutant.Kind.RECHECK, "G14"));

  /** One entry of the file. */
  private record Entry(String what, List<String> labels, List<String> why) {}

  private static ImmutableSortedSet<Mutant> redundant() throws IOException {
    ImmutableSortedSet.Builder<Mutant> mutants = ImmutableSortedSet.naturalOrder();
    try (Reader reader =
        new InputStreamReader(
            MutationTest.class.getResourceAsStream("redundant.json"), StandardCharsets.UTF_8)) {
      List<Entry> entries = new Gson().fromJson(reader, new TypeToken<List<Entry>>() {}.getType());
      for (Entry entry : entries) {
        assertFalse(String.join("", entry.why).isBlank(), () -> entry.labels + " has no reason");
        for (String label : entry.labels) {
          mutants.add(new Mutant(kind(entry.what), label));
        }
      }
    }
    return mutants.build();
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

  /** Some of them in every build: what is known to be needed, and one that is not. */
  @Test
  void theBarriersOf088b8aa537c2AreNeeded_andTheWmbOfTheSeedAloneIsNot()
      throws InterruptedException {
    ImmutableSortedMap<Mutant, Fate> fates =
        Mutation.fates(
            ImmutableSortedMap.copyOf(
                Maps.filterKeys(Mutation.mutants(CatalogueWalk.get()), QUICK::contains)));
    assertEquals(QUICK, fates.keySet());
    assertEquals(ImmutableSortedSet.of(new Mutant(Mutant.Kind.FENCE, "F9")), unnoticed(fates));
  }

  /** What is redundant is there, and has a reason. */
  @Test
  void whatIsRedundantIsThere() throws IOException {
    assertEquals(
        ImmutableSortedSet.of(),
        Sets.difference(redundant(), Mutation.mutants(CatalogueWalk.get()).keySet()));
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
