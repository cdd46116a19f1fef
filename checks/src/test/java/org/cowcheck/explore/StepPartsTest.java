package org.cowcheck.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableSortedSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cowcheck.memory.Fence;
import org.cowcheck.patch.Kernel;
import org.cowcheck.variant.StepParts;
import org.cowcheck.variant.StepParts.Part;
import org.junit.jupiter.api.Test;

/** What is said to be editable at a step is what the step does in some scenario. */
final class StepPartsTest {
  /** Set to write the file anew. */
  private static final boolean WRITES = Boolean.getBoolean("cowcheck.write");

  private static final Path FILE =
      Path.of("src", "main", "resources", "org", "cowcheck", "variant", StepParts.FILE);

  @Test
  void theFileIsWhatTheWalkSees() throws IOException {
    String seen =
        StepParts.of(
                EditWatch.union(
                    CatalogueWalk.get().all().values().stream()
                        .map(CatalogueWalk.Seen::parts)
                        .toList()))
            .print();
    if (WRITES) {
      Files.writeString(FILE, seen);
      return;
    }
    assertEquals(
        Files.readString(FILE),
        seen,
        "write it anew: mvn verify -Dtest=StepPartsTest -Dcowcheck.write=true");
    assertEquals(seen, StepParts.read().print());
  }

  @Test
  void stepsDoWhatTheirPathsSay() {
    StepParts parts = StepParts.read();
    assertEquals(ImmutableSortedSet.of(Fence.WMB), parts.at("F9").fences());
    assertEquals(ImmutableSortedSet.of(Part.NON_ATOMIC, Part.PLAIN), parts.at("F8").others());
    assertEquals(ImmutableSortedSet.of(Part.ATOMIC), parts.at("E3").others());
    assertTrue(parts.at("G14").others().contains(Part.RECHECK));
    assertEquals(ImmutableSortedSet.of(Fence.SMP_WMB), parts.at("C2").fences());
    assertEquals(ImmutableSortedSet.of(Part.PLAIN), parts.at("C2").others());
  }

  /** A kernel state executes no steps but those that their functions' names give it. */
  @Test
  void statesExecuteTheirOwnSteps() {
    ImmutableSortedSet.Builder<String> others = ImmutableSortedSet.naturalOrder();
    CatalogueWalk.get()
        .all()
        .forEach(
            (cell, seen) -> {
              if (cell.patch().edits().isEmpty()) {
                seen.steps().stream()
                    .filter(step -> !Kernel.isIn(cell.patch().base(), step))
                    .forEach(
                        step ->
                            others.add(
                                "%s executes (%s) %s"
                                    .formatted(cell.patch(), step, step.function())));
              }
            });
    assertEquals(ImmutableSortedSet.of(), others.build());
  }
}
