package org.cowcheck.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMultiset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Nothing of a diff is dropped silently. */
final class RowsTest {
  static Stream<String> respins() {
    return Read.text("respins.csv")
        .lines()
        .skip(1)
        .map(line -> line.substring(0, line.indexOf(" |")));
  }

  @ParameterizedTest
  @MethodSource("respins")
  void everyChangedLine_isInExactlyOneRow(String respin) {
    assertEveryLine(Read.text("respins/" + respin + ".diff"), Read.respin(respin));
  }

  @Test
  void everyChangedLineOfTheSeed_isInExactlyOneRow() {
    String text = Read.text("rfc-08-13.txt");
    assertEveryLine(text.substring(text.indexOf("diff --git")), Read.seedAsSaved());
  }

  @Test
  void rowsAreInTheOrderOfTheDiff() {
    List<Integer> lines = Read.seedAsSaved().rows().stream().map(Reading.Row::line).toList();
    assertEquals(lines.stream().sorted().toList(), lines);
  }

  @Test
  void aBarrierThatIsNotAlwaysExecuted_isNotModelled_andSaysWhy() {
    Reading reading = Read.respin("barriers-unshare-after-the-flag");
    assertTrue(
        reading.rows().stream()
            .anyMatch(
                row ->
                    !row.isModelled()
                        && row.lines().contains("+\tsmp_rmb();")
                        && row.note().contains("not always executed")));
  }

  @Test
  void aHunkUnderAnotherCondition_isNotModelled_andSaysWhich() {
    assertTrue(
        Read.respin("seed-only-if-config").rows().stream()
            .anyMatch(row -> !row.isModelled() && row.note().contains("CONFIG_SLAB_TRUTH")));
  }

  @Test
  void aBarrierInABlockThatOnlySomeEnter_isNotTheOneOfTheKernel() {
    String always = "\tif (IS_ENABLED(CONFIG_HAVE_FAST_GUP))\n+\t\tsmp_rmb();";
    String sometimes = "\tif (unlikely(rare))\n+\t\tsmp_rmb();";
    String diff = Read.text("respins/barriers-only-unshare.diff");
    assertTrue(diff.contains("+" + always));
    Reading reading =
        Read.text(
            "x.diff",
            diff.replace("+" + always, " " + sometimes).replace(",7 +3000,12", ",8 +3000,12")
                + Read.text("respins/barriers-only-pin.diff"));
    assertEquals("[AddHunk G12]", Read.edits(reading.patch()).toString());
    assertTrue(
        reading.rows().stream().anyMatch(row -> row.note().contains("if ( unlikely ( rare ) )")));
  }

  private static void assertEveryLine(String diff, Reading reading) {
    ImmutableMultiset<String> changed =
        diff.lines()
            .filter(line -> line.startsWith("+") || line.startsWith("-"))
            .filter(line -> !line.startsWith("+++ ") && !line.startsWith("--- "))
            .collect(ImmutableMultiset.toImmutableMultiset());
    assertEquals(
        changed,
        reading.rows().stream()
            .map(Reading.Row::lines)
            .flatMap(ImmutableList::stream)
            .collect(ImmutableMultiset.toImmutableMultiset()));
  }
}
