package org.cowcheck.linear;

import java.util.HashMap;
import java.util.Map;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.ForwardingCpu;
import org.cowcheck.memory.Order;
import org.cowcheck.memory.Place;
import org.cowcheck.memory.RmwOp;
import org.cowcheck.memory.RmwOrder;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Page;

/** A CPU that gets one step of a kernel path wrong: the planted bugs of {@link LincheckRun}. */
class SabotagedCpu extends ForwardingCpu {
  private final String blind;
  private final String late;
  private final String until;
  private final Map<Word, Long> loaded = new HashMap<>();
  private Step step = Step.NONE;
  private Runnable heldBack = () -> {};

  private SabotagedCpu(Cpu engine, String blind, String late, String until) {
    super(engine);
    this.blind = blind;
    this.late = late;
    this.until = until;
  }

  /** Does not look at a step: its loads return what the same word was loaded as before. */
  static Cpu blindAt(Cpu engine, String step) {
    return new SabotagedCpu(engine, step, "", "");
  }

  /**
   * Executes the update of a step right before another step.
   *
   * @param until the labels of which the first ends the wait, as a regular expression
   */
  static Cpu holdsBack(Cpu engine, String step, String until) {
    return new SabotagedCpu(engine, "", step, until);
  }

  /** Leaves out the updates of a step. */
  static Cpu leavesOut(Cpu engine, String step) {
    return holdsBack(engine, step, "never");
  }

  /** Does what a compare-and-exchange of a step does if the word is as expected, whatever it is. */
  static Cpu neverFailsAt(Cpu engine, String step) {
    return new SabotagedCpu(engine, "", "", "") {
      private boolean forces;

      @Override
      public Cpu at(Step next) {
        forces = next.label().equals(step);
        return super.at(next);
      }

      @Override
      protected long update(Place place, RmwOp op, long a, long b, RmwOrder order) {
        if (!forces || op != RmwOp.CMPXCHG) {
          return super.update(place, op, a, b, order);
        }
        super.update(place, RmwOp.XCHG, b, 0, order);
        return a;
      }
    };
  }

  /** Sees no pins at the steps named by a regular expression: of counts the part below one pin. */
  static Cpu seesNoPins(Cpu engine, String steps) {
    return seesNoPins(engine, steps, "(?!(" + steps + ")$).*");
  }

  /** Sees no pins from a step of the first regular expression until one of the second. */
  static Cpu seesNoPins(Cpu engine, String from, String to) {
    return new SabotagedCpu(engine, "", "", "") {
      private boolean looks;

      @Override
      public Cpu at(Step next) {
        looks = next.label().matches(from) || (looks && !next.label().matches(to));
        return super.at(next);
      }

      @Override
      protected long load(Place place, Order order) {
        long value = super.load(place, order);
        return looks && place.word().name().endsWith("._refcount")
            ? value % Page.GUP_PIN_COUNTING_BIAS
            : value;
      }
    };
  }

  @Override
  public Cpu at(Step next) {
    if (next.label().matches(until)) {
      heldBack.run();
      heldBack = () -> {};
    }
    step = next;
    super.at(next);
    return this;
  }

  @Override
  protected long load(Place place, Order order) {
    if (step.label().equals(blind)) {
      return loaded.get(place.word());
    }
    long value = super.load(place, order);
    loaded.put(place.word(), value);
    return value;
  }

  /** What an update held back returns is what it would have returned in its place. */
  @Override
  protected long update(Place place, RmwOp op, long a, long b, RmwOrder order) {
    if (!step.label().equals(late)) {
      return super.update(place, op, a, b, order);
    }
    Step own = step;
    heldBack =
        () -> {
          super.at(own);
          super.update(place, op, a, b, order);
        };
    return super.load(place, Order.ONCE);
  }
}
