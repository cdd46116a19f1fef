package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is left of a night is told by what this process has done. */
final class TimeLeftTest {
  private static final Duration BUDGET = Duration.ofHours(8);

  /** Ten cells in a minute; ninety are left. */
  @Test
  void eachCellThatIsLeftTakesAsLongAsThoseThatAreDone() {
    assertEquals(
        Optional.of(Duration.ofMinutes(9)),
        new TimeLeft(0, 100, BUDGET).at(10, Duration.ofMinutes(1)));
  }

  /** The same minute after another process has done eighty; ten are left. */
  @Test
  void whatAnEarlierProcessHasDoneCountsForNothing() {
    assertEquals(
        Optional.of(Duration.ofMinutes(1)),
        new TimeLeft(80, 100, BUDGET).at(90, Duration.ofMinutes(1)));
    assertEquals(Optional.empty(), new TimeLeft(80, 100, BUDGET).at(80, Duration.ofMinutes(1)));
  }

  @Test
  void itTakesNoLongerThanTheBudget() {
    TimeLeft left = new TimeLeft(0, 100, Duration.ofMinutes(5));
    assertEquals(Optional.of(Duration.ofMinutes(4)), left.at(10, Duration.ofMinutes(1)));
    assertEquals(Optional.of(Duration.ZERO), left.at(10, Duration.ofMinutes(6)));
  }

  /** The bar begins with ninety of a hundred cells done, and would say that it is nearly over. */
  @Test
  void theBarSaysWhatItIsTold() {
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    ProgressLine bar =
        new ProgressLine(
            new PrintStream(shown, true, StandardCharsets.UTF_8),
            true,
            state -> Optional.of(Duration.ofSeconds(3723)));
    bar.show(90, 100, "x");
    bar.clear();
    String text = shown.toString(StandardCharsets.UTF_8);
    assertTrue(text.contains("90/100") && text.contains("/ 1:02:03"), text);
  }
}
