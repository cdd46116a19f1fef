package org.cowcheck.nightly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Tests share what is left of a night. */
final class BudgetTest {

  @Test
  void testsShareWhatIsLeft() {
    AtomicLong left = new AtomicLong(840);
    Budget budget = new Budget(left::get, 20);
    Budget.Share first = budget.next();
    assertEquals("-m quick --time 1000 --iters 10 --forks 1", first.options().text());
    assertEquals(42, first.time().toSeconds());
    left.set(19 * 105); // the first took less than its share
    assertEquals("-m quick --time 1000 --iters 31 --forks 1", budget.next().options().text());
  }

  @Test
  void aNightThatIsTooShortGivesTheLeast() {
    assertEquals(
        "-m quick --time 100 --iters 1 --forks 1",
        new Budget(() -> 10, 20).next().options().text());
  }

  @Test
  void aLongNightIsNotSpentOnOneTest() {
    assertTrue(new Budget(() -> 1_000_000, 1).next().time().toMinutes() <= 10);
  }
}
