package org.cowcheck.linear;

import static org.cowcheck.linear.AddressSpace.DONE;
import static org.cowcheck.linear.AddressSpace.FAILED;

import com.google.common.collect.ImmutableList;

/**
 * What one page of an address space is, to those who use it: a state, and which results an
 * operation may have in it. Nothing is said of two pages together: fork() of memory that others
 * write to meanwhile is no snapshot, and neither is an unmap.
 *
 * <p>An operation may fail at any time, and has done nothing then: kernel paths give up where going
 * on would be wrong.
 *
 * @param memory what the memory holds, or {@link #ANY}
 * @param child what the child's memory holds, {@link #ANY}, or {@link #NO_CHILD}
 * @param pins by thread: what is pinned
 */
record Specification(long memory, long child, ImmutableList<Pin> pins) {
  /** After an unmap: whatever the next page has. */
  static final long ANY = Long.MIN_VALUE;

  static final long NO_CHILD = Long.MAX_VALUE;

  /**
   * A pin of a thread.
   *
   * @param held whether there is one
   * @param detached whether its page is unmapped since
   * @param value what the page holds then
   */
  record Pin(boolean held, boolean detached, long value) {
    static final Pin NONE = new Pin(false, false, 0);
    static final Pin OF_MEMORY = new Pin(true, false, 0);
  }

  /** The state of a page at first. */
  static Specification initial(int page) {
    return new Specification(
        AddressSpace.initial(page), NO_CHILD, ImmutableList.of(Pin.NONE, Pin.NONE));
  }

  /** The states after an operation of a thread that has this result; none if it may not have it. */
  ImmutableList<Specification> after(String operation, int thread, long result) {
    if (result == FAILED) {
      return ImmutableList.of(this);
    }
    Pin pin = pins.get(thread);
    return switch (operation) {
      case "write" -> ImmutableList.of(new Specification(result, child, pins));
      case "read" -> ifSame(memory, result);
      case "fork" ->
          child == NO_CHILD
              ? ImmutableList.of(new Specification(memory, memory, pins))
              : ImmutableList.of();
      case "writeInChild" ->
          child == NO_CHILD
              ? ImmutableList.of()
              : ImmutableList.of(new Specification(memory, result, pins));
      case "readInChild" -> ifSame(child, result);
      case "pinForReading", "pinForWriting" ->
          pin.held() ? ImmutableList.of() : ImmutableList.of(with(thread, Pin.OF_MEMORY));
      case "unpin" -> pin.held() ? ImmutableList.of(with(thread, Pin.NONE)) : ImmutableList.of();
      case "readThroughPin" ->
          pin.held() ? ifSame(pin.detached() ? pin.value() : memory, result) : ImmutableList.of();
      case "writeThroughPin" -> writtenThrough(thread, pin, result);
      case "zap" -> ImmutableList.of(this, zapped());
      case "swapOut", "split" -> result == DONE ? ImmutableList.of(this) : ImmutableList.of();
      case "merge" -> ifSame(memory, result);
      default -> throw new IllegalArgumentException(operation);
    };
  }

  private ImmutableList<Specification> ifSame(long expected, long result) {
    return expected == result || expected == ANY ? ImmutableList.of(this) : ImmutableList.of();
  }

  private ImmutableList<Specification> writtenThrough(int thread, Pin pin, long value) {
    if (!pin.held()) {
      return ImmutableList.of();
    }
    return ImmutableList.of(
        pin.detached()
            ? with(thread, new Pin(true, true, value))
            : new Specification(value, child, pins));
  }

  private Specification with(int thread, Pin pin) {
    ImmutableList.Builder<Pin> changed = ImmutableList.builder();
    for (int i = 0; i < pins.size(); i++) {
      changed.add(i == thread ? pin : pins.get(i));
    }
    return new Specification(memory, child, changed.build());
  }

  private Specification zapped() {
    return new Specification(
        ANY,
        child,
        pins.stream()
            .map(pin -> pin.held() && !pin.detached() ? new Pin(true, true, memory) : pin)
            .collect(ImmutableList.toImmutableList()));
  }
}
