package org.cowcheck.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.client.Operation;
import org.cowcheck.client.Start;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.ClientScenario;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Verdict;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Client programs that show reported races, and operations that are alone and break nothing. */
final class ClientProgramsTest {
  private static final Bounds BOUNDS = new Bounds(2_000_000, Duration.ofMinutes(20), 1000);

  /** Each with a kernel that has the race, and one that has it no more. */
  @ParameterizedTest
  @CsvSource({
    "B1, S0-without-foll-cow, S0, sc, file:force-write:zap",
    "B2, S2, S3, sc, file:force-write:zap+uffd-continue",
    "B3, S0-with-mapcount-reuse, S0, sc, shared:child-get+child-zap+child-read-through:write",
    "B4, S0, S2, sc, exclusive:pin-write+mprotect-ro+write",
    "B5, S3, S3-with-dio-pin, sc, exclusive:dio-start+write+dio-end:fork",
    "B6, S0-without-early-cow, S0, sc, exclusive:pin-write+fork+write",
    "B7, S2-without-write-protect-seq, S3, sc, exclusive:fork:pin-fast-write",
    "B8, S2-without-hugetlb-write-protect-seq, S2, sc, hugetlb:fork:pin-fast-write",
    "B12, S0, S2, sc, exclusive:madv-free+swap-out+read:pin-fast-write+write-through",
    "B13, S2, S3, sc, pte-mapped:collapse:pin-fast-write",
    "B14, S3-without-collapse-sync, S3, sc, pte-mapped:collapse+zap:pin-fast-read",
    "B14, S3-without-collapse-sync, S3, sc, file-table:retract:pin-fast-write",
    "B14, S3-without-retract-lock, S3, sc, file-table:collapse-mapped:truncate",
    "B16, S3, S3-with-huge-pmd-unshare-sync, sc,"
        + " hugetlb-shared-table:unshare-table+child-remap:pin-fast-write",
    "B17, S3-without-huge-page-table-lock, S3, sc, hugetlb-cont:follow-page:migrate",
    "B18, S0, S2, sc, hugetlb-shared:child-pin-read+child-zap+child-read-through:write",
    "B19, seed, S2, sc, pmd-shared:split-page",
    "B21, S3-with-c50f8e6053b0, S3-with-0ea148a79919, sc,"
        + " zram-swapped:write+swap-unmap:uffd-move",
    "B25, S3, S3-with-wrprotect-before-early-cow, sc, exclusive:pin-write+fork:write-twice",
    "B22, S3-with-thp-reuse, S3-with-thp-reuse-fixed, sc,"
        + " partially-shared:write-head:pin-fast-write",
    "B23, S3-with-unpin-of-the-head, S3, sc, partially-shared:pin-fast-read+unpin",
    "B24, S3-with-lockless-retract, S3-with-lockless-retract-and-mremap-recheck, sc,"
        + " file-table:retract:mremap",
    "B27, S3-with-slab-list-over-mapping, S3-with-slab-skip, sc, free:alloc-slab:isolate-movable"
  })
  void showAReportedRaceBeforeItsFixAlone(
      String race, String before, String after, String model, String program) {
    assertEquals(Verdict.SOMETIMES, explore(program, before, model).verdict(), race);
    assertEquals(Verdict.NEVER, explore(program, after, model).verdict(), race);
  }

  /** Those that take longer. */
  @ParameterizedTest
  @CsvSource({
    "B10, S0, S2, sc, exclusive:pin-fast-write:swap-out+read+write",
    "B11, S2, S3, lkmm, exclusive:swap-out+fork:pin-fast-write",
    "B15, S3-with-generic-pmd-access-permitted,"
        + " S3-with-generic-pmd-access-permitted-and-present-only-invalidate, sc,"
        + " pmd-mapped:migrate:split-pmd:pin-fast-write",
    "B20, S3, S3-with-13ddaf26be32, sc, zram-swapped:write+swap-out:read"
  })
  @Tag("nightly")
  void showAReportedRaceBeforeItsFixAlone_inManyExecutions(
      String race, String before, String after, String model, String program) {
    showAReportedRaceBeforeItsFixAlone(race, before, after, model, program);
  }

  /** A flag that memory_failure() sets is lost to whoever frees the page: there is no fix. */
  @ParameterizedTest
  @CsvSource({"S0", "seed", "S2", "S3"})
  void showTheLostPoison(String patch) {
    Outcome outcome = explore("just-freed:put:memory-failure", patch, "sc");
    assertEquals(Verdict.SOMETIMES, outcome.verdict());
    assertEquals("PG_hwpoison was set and is lost", outcome.witness().orElseThrow().broken());
  }

  /** Of the seed readers by number see a slab page, and the split of a shared page is a bug. */
  @ParameterizedTest
  @CsvSource({"S0", "seed", "S2", "S3"})
  void anOperationAloneBreaksNothing(String patch) {
    Set<String> broken = new TreeSet<>();
    for (Start start : Start.values()) {
      for (Operation operation : Operation.of(start, patch(patch))) {
        ClientProgram program =
            new ClientProgram(start, ImmutableList.of(ImmutableList.of(operation)));
        if (program.isSensible()
            && explore(program.toString(), patch, "sc").verdict() != Verdict.NEVER) {
          broken.add(operation.word());
        }
      }
    }
    assertEquals(
        patch.equals("seed") ? ImmutableSet.of("raw-slab-bit", "split-page") : ImmutableSet.of(),
        broken);
  }

  private static Patch patch(String name) {
    return Patches.all().stream()
        .filter(patch -> patch.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Outcome explore(String program, String patch, String model) {
    Cell cell =
        new Cell(
            ClientScenario.of(ClientProgram.parse(program)),
            patch(patch),
            Platform.GENERIC,
            model,
            Accesses.MARKED);
    return new ScenarioCheck(cell, MemoryModels.named(model))
        .explore(BOUNDS, 1, Progress.NONE, () -> false);
  }
}
