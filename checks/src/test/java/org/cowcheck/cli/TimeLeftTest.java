package org.cowcheck.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is left of a night is told by what this process has done. */
final class TimeLeftTest {
  private static final Duration BUDGET = Duration.ofHours(8);

  /** So many cells of the explorer are to be done, and so many of jcstress. */
  private static TimeLeft toDo(int explorer, int jcstress, Duration budget) {
    List<String> engines = new ArrayList<>(Collections.nCopies(explorer, "explorer"));
    engines.addAll(Collections.nCopies(jcstress, "jcstress"));
    TimeLeft left = new TimeLeft(engines, budget);
    left.begins("explorer", Duration.ZERO);
    return left;
  }

  private static void finish(TimeLeft left, String engine, int cells) {
    for (int i = 0; i < cells; i++) {
      left.finished(engine);
    }
  }

  /** Ten cells in a minute; ninety are left. That others were done before is not said to it. */
  @Test
  void eachCellThatIsLeftTakesAsLongAsThoseThatAreDone() {
    TimeLeft left = toDo(100, 0, BUDGET);
    assertEquals(Optional.empty(), left.at(Duration.ofSeconds(1)));
    finish(left, "explorer", 10);
    assertEquals(Optional.of(Duration.ofMinutes(9)), left.at(Duration.ofMinutes(1)));
  }

  @Test
  void itTakesNoLongerThanTheBudget() {
    TimeLeft left = toDo(100, 0, Duration.ofMinutes(5));
    finish(left, "explorer", 10);
    assertEquals(Optional.of(Duration.ofMinutes(4)), left.at(Duration.ofMinutes(1)));
    assertEquals(Optional.of(Duration.ZERO), left.at(Duration.ofMinutes(6)));
  }

  /** Cells of the explorer say nothing of those of jcstress, which take what is left. */
  @Test
  void eachEngineHasItsOwnPace() {
    TimeLeft left = toDo(100, 4, BUDGET);
    finish(left, "explorer", 99);
    assertEquals(Optional.of(Duration.ofHours(7)), left.at(Duration.ofHours(1)));
    finish(left, "explorer", 1);
    left.begins("jcstress", Duration.ofHours(1));
    assertEquals(Optional.empty(), left.at(Duration.ofHours(1)));
    finish(left, "jcstress", 1);
    assertEquals(Optional.of(Duration.ofMinutes(30)), left.at(Duration.ofMinutes(70)));
  }

  /** Ninety of a hundred cells are done: by itself the bar would say that it is nearly over. */
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
