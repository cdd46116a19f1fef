package org.cowcheck.diff;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.base.Ascii;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableSet;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Progress;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.Cell;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** Next versions of the seed and of 088b8aa537c2, as diffs: what each means, and its verdicts. */
final class RespinsTest {
  private static final Splitter COMMAS = Splitter.on(',').trimResults().omitEmptyStrings();

  @ParameterizedTest(name = "{0}")
  @CsvFileSource(
      resources = "/org/cowcheck/diff/respins.csv",
      delimiter = '|',
      numLinesToSkip = 1,
      emptyValue = "")
  void aRespin_meansItsEdits_andHasTheirVerdicts(
      String name, String base, String edits, String verdicts) {
    Reading reading = Read.respin(name);
    assertEquals(base, reading.base().name());
    assertEquals(
        ImmutableSet.copyOf(COMMAS.split(edits == null ? "" : edits)), Read.edits(reading.patch()));
    assertAll(
        COMMAS
            .splitToStream(verdicts == null ? "" : verdicts)
            .map(words -> Splitter.on(' ').splitToList(words))
            .map(
                words ->
                    () ->
                        assertEquals(
                            Ascii.toUpperCase(words.get(2)),
                            verdict(words.get(0), reading, words.get(1)),
                            words.get(0) + " " + words.get(1))));
  }

  private static String verdict(String name, Reading reading, String modelName) {
    Scenario scenario =
        Scenarios.all().stream()
            .filter(candidate -> candidate.name().equals(name))
            .findFirst()
            .orElseThrow();
    MemoryModel model = MemoryModels.named(modelName);
    Cell cell = new Cell(scenario, reading.patch(), Platform.GENERIC, modelName, Accesses.MARKED);
    return new ScenarioCheck(cell, model)
        .explore(Bounds.NONE, 1, Progress.NONE, () -> false)
        .verdict()
        .toString();
  }
}
