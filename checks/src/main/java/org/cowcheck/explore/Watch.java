package org.cowcheck.explore;

import java.util.function.BooleanSupplier;

/** Says when searches of one program must stop: at their common timeout, or interrupted. */
public final class Watch {
  /** As the reports say that enough is known. */
  static final String FIRST_VIOLATION = "at the first violation";

  private final Bounds bounds;
  private final BooleanSupplier cancelled;
  private final BooleanSupplier enough;
  private final long deadline;

  /**
   * A watch that starts now.
   *
   * @param cancelled whether the user has interrupted
   */
  public Watch(Bounds bounds, BooleanSupplier cancelled) {
    this(bounds, cancelled, () -> false);
  }

  private Watch(Bounds bounds, BooleanSupplier cancelled, BooleanSupplier enough) {
    this.bounds = bounds;
    this.cancelled = cancelled;
    this.enough = enough;
    this.deadline = System.nanoTime() + bounds.timeout().toNanos();
  }

  /** A watch that never expires. */
  public static Watch none() {
    return new Watch(Bounds.NONE, () -> false);
  }

  /** A watch that also expires when enough is known. */
  Watch orWhen(BooleanSupplier enoughIsKnown) {
    return new Watch(bounds, cancelled, enoughIsKnown);
  }

  /** Expires only when the user interrupts. */
  Watch unbounded() {
    return new Watch(Bounds.NONE, cancelled);
  }

  /** Whether enough is known. */
  boolean hasEnough() {
    return enough.getAsBoolean();
  }

  /** Why to stop now, as the reports say it, or the empty string. */
  String expired() {
    if (cancelled.getAsBoolean()) {
      return "interrupted";
    }
    if (hasEnough()) {
      return FIRST_VIOLATION;
    }
    return System.nanoTime() - deadline > 0
        ? "--timeout " + bounds.timeout().toSeconds() + "s"
        : "";
  }
}
