package org.cowcheck.finding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.cowcheck.patch.Platform;
import org.cowcheck.report.FindingsJson;
import org.cowcheck.verdict.Finding;
import org.cowcheck.verdict.Synthesis;
import org.cowcheck.verdict.Verdict;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Planted bugs: each is told from the others, and known if the catalogue has it. */
final class FindingsTest {
  private static final String NO_SEQ = "S2-without-write-protect-seq";
  private static final String[] RACES = {
    "gup-fast-vs-fork", "623a1ddfeb23-hugetlb-fork", "pageslab-at-free", "ksm-merge-vs-write"
  };

  private static Finding only(List<Finding> findings) {
    assertEquals(1, findings.size(), () -> findings.toString());
    return findings.get(0);
  }

  @ParameterizedTest
  @CsvSource({
    "S2-without-write-protect-seq, sc,   exclusive:fork:pin-fast-write, gup-fast-vs-fork",
    "S2,                           lkmm, exclusive:fork:pin-fast-write, gup-fast-vs-fork",
    "S0,                           sc,   hugetlb:fork:pin-fast-write,   623a1ddfeb23-hugetlb-fork",
    "seed,                         lkmm, just-freed:put:pageslab,       pageslab-at-free"
  })
  void whatTheCatalogueHas_isKnownByName(
      String patch, String model, String program, String scenario)
      throws InterruptedException, IOException {
    Finding finding = only(Found.under(patch, model, RACES).in(program));
    assertEquals(Finding.Standing.KNOWN, finding.standing(), finding::toString);
    assertEquals(scenario, finding.like().get(0).scenario());
    assertEquals(program, finding.program().toString());
  }

  /** What KSM does takes long to explore. */
  @Test
  @Tag("nightly")
  void aMergeThatDoesNotLookAtTheEntryAgain_isNotNew() throws InterruptedException, IOException {
    Finding finding =
        only(
            Found.under("S3-without-replace-page-pte-same", "sc", RACES)
                .in("exclusive:write:ksm-merge"));
    assertTrue(finding.standing() != Finding.Standing.NEW, finding::toString);
    assertEquals("ksm-merge-vs-write", finding.like().get(0).scenario());
  }

  @Test
  void aReportedRace_isNamedByItsNumberAndCommit() throws InterruptedException, IOException {
    Finding finding = only(Found.under(NO_SEQ, "sc", RACES).in("exclusive:fork:pin-fast-write"));
    String origin = finding.like().get(0).origin();
    assertTrue(origin.startsWith("B7, 57efa1fe5957 "), origin);
  }

  @Test
  void whatTheCatalogueHasNot_isNew() throws InterruptedException, IOException {
    Finding finding =
        only(Found.under("seed", "lkmm", "gup-fast-vs-fork").in("just-freed:put:pageslab"));
    assertEquals(Finding.Standing.NEW, finding.standing(), finding::toString);
    assertEquals(List.of(), finding.like());
  }

  @Test
  void whatTheSameEditStops_isAVariant() throws InterruptedException, IOException {
    Finding finding =
        only(Found.under(NO_SEQ, "sc", "gup-fast-vs-fork").in("pmd-mapped:fork:pin-fast-write"));
    assertEquals(Finding.Standing.VARIANT, finding.standing(), finding::toString);
    assertEquals("gup-fast-vs-fork", finding.like().get(0).scenario());
    assertTrue(finding.like().get(0).why().contains("DropHunk C2"), finding::toString);
  }

  @Test
  void theSameRaceOfOtherPinsAndStarts_isOneFinding() throws InterruptedException, IOException {
    Finding finding =
        only(
            Found.under(NO_SEQ, "sc", "gup-fast-vs-fork")
                .in(
                    "never-pinned:fork:pin-fast-write",
                    "exclusive:fork:pin-fast-read",
                    "read-only:fork:pin-fast-read"));
    assertEquals("exclusive:fork:pin-fast-read", finding.program().toString());
    assertEquals(3, finding.seen().size());
  }

  @Test
  void otherRacesOfTheSameInvariant_areOtherFindings() throws InterruptedException, IOException {
    ImmutableList<Finding> findings =
        Found.under(NO_SEQ, "sc", "gup-fast-vs-fork", "gup-fast-vs-fork-pmd")
            .in("pmd-mapped:fork:pin-fast-write", "exclusive:fork:pin-fast-write");
    assertEquals(2, findings.size(), findings::toString);
    assertEquals(findings.get(0).cause().broken(), findings.get(1).cause().broken());
    assertEquals("gup-fast-vs-fork", findings.get(0).like().get(0).scenario());
    assertEquals("gup-fast-vs-fork-pmd", findings.get(1).like().get(0).scenario());
  }

  @Test
  void theCause_isWhatDecides_andWhatItIsBrokenBy() throws InterruptedException, IOException {
    Finding finding = only(Found.under(NO_SEQ, "sc").in("exclusive:fork:pin-fast-write"));
    assertEquals("a pinned page lost its exclusivity", finding.cause().broken());
    assertEquals("[C9 store flags before G19 load flags]", finding.cause().order().toString());
    assertTrue(finding.cause().effects().contains("C9 store flags"), finding::toString);
    assertTrue(finding.cause().effects().contains("pinned"), finding::toString);
    assertEquals(List.of(), finding.cause().reordered());
  }

  @Test
  void aReordering_isNamed_andWhatStopsItIsFound() throws InterruptedException, IOException {
    Finding finding = only(Found.under("seed", "lkmm").in("just-freed:put:pageslab"));
    assertEquals("[T4 load flags before T2 load mapping]", finding.cause().reordered().toString());
    Synthesis repair = finding.repairs().get(0);
    assertEquals(Synthesis.Ending.FOUND, repair.ending());
    assertTrue(
        repair.sets().get(0).edits().get(0).words().contains("smp_rmb() "), finding::toString);
    assertEquals(1, finding.repairs().size());
  }

  @Test
  void itIsSaidWhereItExists() throws InterruptedException, IOException {
    Finding finding = only(Found.under("seed", "lkmm").in("just-freed:put:pageslab"));
    assertEquals(9, finding.contexts().size());
    for (Finding.Context context : finding.contexts()) {
      assertEquals(
          context.model().equals("lkmm") ? Verdict.SOMETIMES : Verdict.NEVER,
          context.verdict(),
          context::toString);
    }
    assertEquals("lkmm", finding.cell().model());
    assertEquals(Platform.GENERIC, finding.cell().platform());
  }

  @Test
  void findingsDoNotDependOnThreads() throws InterruptedException, IOException {
    Found found = Found.under("seed", "lkmm", "pageslab-at-free");
    String[] programs = {"just-freed:raw-slab-bit", "just-freed:put:pageslab"};
    ImmutableList<Finding> findings = found.in(1, Optional.empty(), programs);
    assertEquals(2, findings.size());
    assertEquals(json(findings), json(found.in(2, Optional.empty(), programs)));
  }

  private static String json(List<Finding> findings) {
    return FindingsJson.print(findings, cell -> cell.toString());
  }

  @Test
  void causesOfTheCatalogueAreKept(@TempDir Path directory)
      throws InterruptedException, IOException {
    Path file = directory.resolve("causes.json");
    Found found = Found.under(NO_SEQ, "sc", "gup-fast-vs-fork");
    String first = json(found.in(1, Optional.of(file), "exclusive:fork:pin-fast-write"));
    String kept = Files.readString(file);
    assertTrue(kept.contains("gup-fast-vs-fork " + NO_SEQ), kept);
    assertEquals(first, json(found.in(1, Optional.of(file), "exclusive:fork:pin-fast-write")));
    assertEquals(kept, Files.readString(file));

    // What is in the file is believed, if it is of this build; else it is found out again.
    Files.writeString(file, kept.replace("a pinned page lost", "a pinned page never lost"));
    assertFalse(
        json(found.in(1, Optional.of(file), "exclusive:fork:pin-fast-write"))
            .contains("\"known\""));
    Files.writeString(
        file,
        kept.replace("a pinned page lost", "a pinned page never lost")
            .replaceFirst("\"build\": \"\\w", "\"build\": \"x"));
    assertEquals(first, json(found.in(1, Optional.of(file), "exclusive:fork:pin-fast-write")));
    Files.writeString(file, "{");
    assertEquals(first, json(found.in(1, Optional.of(file), "exclusive:fork:pin-fast-write")));
  }
}
