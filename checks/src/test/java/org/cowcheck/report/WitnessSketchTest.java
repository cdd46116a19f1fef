package org.cowcheck.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Witness;
import org.junit.jupiter.api.Test;

/** Witnesses in short. */
final class WitnessSketchTest {
  private static Witness witness(String scenario, String patch, String model) {
    Scenario found =
        Scenarios.all().stream().filter(s -> s.name().equals(scenario)).findFirst().orElseThrow();
    Patch under =
        Patches.all().stream().filter(p -> p.name().equals(patch)).findFirst().orElseThrow();
    MemoryModel known = MemoryModels.named(model);
    return new ScenarioCheck(
            new Cell(found, under, Platform.GENERIC, model, Accesses.MARKED), known)
        .example()
        .orElseThrow();
  }

  @Test
  void onlyBarriersAndWhatCpusSeeOfEachOtherIsShown() {
    assertEquals(
        """
        Reordered: CPU1 takes (T4) load page.flags before (T2) load page.mapping
        Broken: PageSlab() said slab, and the page was no slab page at any instant of the call

        CPU0: put_page                                    CPU1: PageSlab
        __put_page:
        (F2)  load page.flags = lru|slab|..
        __page_cache_release:
        (F3)  load page.flags = lru|slab|..
        __clear_page_lru_flags:
        (F4)  load, store page.flags: -lru
        (F4)  load page.flags = slab|..
        (F4)  load, store page.flags: as it was
        __page_cache_release:
        (F5)  load, store page.flags: as it was
        free_pages_prepare:
        (F6)  load page.mapping = 0x1000|anon
        (F7)  load page.flags = slab|..
        (F8)  load page.flags = slab|..
                                                          PageSlab:
                                                          (T4)  load page.flags = slab|..  [early]
        (F8)  store page.flags = ..
        (F9)  wmb
        (F10) load page.mapping = 0x1000|anon
        (F11) store page.mapping = NULL
        check_free_page:
        (F12) load page.mapping = NULL
        (F12) load page.flags = ..
        free_pages_prepare:
        (F13) load, store page.flags: -uptodate -swap...
                                                          (T2)  load page.mapping = NULL

        Why no interleaving does this:
          (F8) store page.flags -po-> (F11) store page.mapping
          (F11) store page.mapping -rf-> (T2) load page.mapping
          (T2) load page.mapping -po-> (T4) load page.flags
          (T4) load page.flags -fr-> (F8) store page.flags
        """,
        WitnessSketch.print(witness("pageslab-at-free", "seed", "lkmm"), 0));
  }

  @Test
  void itFitsIntoHundredColumns() {
    for (List<String> cell :
        List.of(
            List.of("gup-fast-vs-ksm-same-pte", "S2", "lkmm"),
            List.of("kpageflags-at-free", "seed", "lkmm"),
            List.of("lost-hwpoison-at-free", "seed", "sc"))) {
      String text = WitnessSketch.print(witness(cell.get(0), cell.get(1), cell.get(2)), 4);
      assertTrue(text.lines().allMatch(line -> line.length() <= Lines.WIDTH), text);
      assertTrue(text.contains("CPU1: "), text);
    }
  }

  @Test
  void listsAndParagraphsAreWrapped() {
    List<String> words = List.of("a".repeat(60), "b".repeat(30), "c".repeat(30));
    assertEquals(
        "  " + "a".repeat(60) + ", " + "b".repeat(30) + ",\n  " + "c".repeat(30) + "\n",
        Lines.list(words, 2));
    assertEquals(
        " " + "a".repeat(60) + "\n    " + "b".repeat(60) + "\n",
        Lines.paragraph("a".repeat(60) + " " + "b".repeat(60), 1, 4));
  }
}
