package org.cowcheck.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.stream.Collectors;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.SeedPatches;
import org.junit.jupiter.api.Test;

/** The seed, as saved from its page of patchwork. */
final class SeedAsSavedTest {
  private static final ImmutableList<Integer> HUNKS_OF_FILES =
      ImmutableList.of(1, 4, 1, 1, 1, 1, 3);
  private static final ImmutableSet<String> FILES =
      ImmutableSet.of(
          "fs/proc/page.c",
          "include/linux/page-flags.h",
          "include/trace/events/mmflags.h",
          "mm/hugetlb.c",
          "mm/memory-failure.c",
          "mm/memremap.c",
          "mm/page_alloc.c");

  @Test
  void itIsTheBuiltInSeed() {
    Reading reading = Read.seedAsSaved();
    assertEquals(SeedPatches.S1_WITHOUT_SEED, reading.base());
    assertEquals(KernelState.S1, reading.patch().base());
    assertEquals(Read.patch("seed").edits(), reading.patch().edits());
  }

  @Test
  void itsBaseIsSaidAndWhy() {
    assertTrue(Read.seedAsSaved().whyBase().contains("PG_anon_exclusive"));
  }

  @Test
  void itsTitleIsThatOfThePage() {
    assertEquals(
        "[RFC,08/13] mm/page-flags: reuse PG_slab as PG_anon_exclusive for PageAnon() pages",
        Read.seedAsSaved().patch().title());
    assertEquals("rfc-08-13", Read.seedAsSaved().patch().name());
  }

  @Test
  void everyHunkOfItsSevenFilesIsInARow() {
    Reading reading = Read.seedAsSaved();
    assertEquals(
        FILES,
        reading.rows().stream().map(Reading.Row::file).collect(ImmutableSet.toImmutableSet()));
    assertEquals(
        HUNKS_OF_FILES,
        FILES.stream()
            .map(
                file ->
                    (int)
                        reading.rows().stream()
                            .filter(row -> row.file().equals(file))
                            .map(Reading.Row::hunk)
                            .distinct()
                            .count())
            .collect(ImmutableList.toImmutableList()));
  }

  @Test
  void eachStatementOfTheSeedIsModelled() {
    String modelled =
        Read.seedAsSaved().rows().stream()
            .map(Reading.Row::modelledAs)
            .collect(Collectors.joining("\n"));
    for (String label :
        ImmutableList.of(
            "K8", "T2", "T3", "T6", "L1", "L4", "HR3", "HR4", "MX16", "MV55", "MV56", "FT1", "F8",
            "F9")) {
      assertTrue(modelled.contains("adds " + label + ":"), label);
    }
    assertTrue(modelled.contains("PG_anon_exclusive is PG_slab"));
  }

  @Test
  void whatIsNoCode_orIsForTraces_isNotModelled() {
    Reading reading = Read.seedAsSaved();
    assertFalse(
        reading.rows().stream()
            .filter(row -> row.file().startsWith("include/trace"))
            .anyMatch(Reading.Row::isModelled));
    assertTrue(
        reading.rows().stream()
            .filter(row -> row.note().equals("no code"))
            .noneMatch(Reading.Row::isModelled));
  }

  @Test
  void theNumberOfALine_isThatInTheFile() {
    Reading.Row wmb =
        Read.seedAsSaved().rows().stream()
            .filter(row -> row.modelledAs().contains("F9"))
            .findFirst()
            .orElseThrow();
    String line = Read.text("rfc-08-13.txt").lines().toList().get(wmb.line() - 1);
    assertEquals(wmb.lines().get(0), line);
    assertTrue(line.contains("wmb();"));
  }

  @Test
  void emptyContextLinesMayHaveLostTheirSpace_orHaveIt() {
    String text = Read.text("rfc-08-13.txt");
    int from = text.indexOf("\ndiff --git");
    String without = text.substring(from).replace("\n \n", "\n\n");
    assertEquals(Read.seedAsSaved().rows(), Read.text("x", text).rows());
    assertEquals(
        Read.seedAsSaved().patch().edits(),
        Read.text("x", text.substring(0, from) + without).patch().edits());
  }

  @Test
  void theTableIsAtMost100ColumnsWide_andCountsTheLines() {
    String text = ReadingText.of(Read.seedAsSaved());
    assertTrue(text.lines().allMatch(line -> line.length() <= 100), text);
    long changed = changedLines(Read.text("rfc-08-13.txt"));
    Reading reading = Read.seedAsSaved();
    assertEquals(changed, reading.changedLines(true) + reading.changedLines(false));
    assertTrue(
        text.endsWith(
            "%d of %d changed lines are modelled; %d are not.\n"
                .formatted(reading.changedLines(true), changed, reading.changedLines(false))),
        text);
  }

  /** The changed lines of a text by the heads of its mail: 170 insertions and 11 deletions. */
  private static long changedLines(String text) {
    List<String> lines = text.lines().toList();
    return lines.stream()
        .filter(line -> line.matches("[-+](?!(?:--|\\+\\+) ).*") && !line.equals("---"))
        .count();
  }
}
