package org.cowcheck.execution;

import java.util.Arrays;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Order;
import org.cowcheck.memory.Place;
import org.cowcheck.memory.RmwOp;
import org.cowcheck.memory.RmwOrder;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Word;

/**
 * One event of one CPU: a read, a write or a fence. It holds what program order determines; which
 * write a read reads from is the {@link Graph}'s.
 *
 * <p>An atomic read-modify-write is a read and, if it succeeds, a write right after it. The full
 * fences around a successful fully ordered one are part of these two events.
 */
public final class Event {
  /** The CPU number of initial writes. */
  public static final int INITIAL = -1;

  /** What kind of event it is. */
  public enum Kind {
    READ,
    WRITE,
    FENCE
  }

  private static final int[] NONE = {};

  private final int cpu;
  private final int index;
  private final Kind kind;
  private final Word word;
  private final Order order;
  private final long value;
  private final Update update;
  private final LockRole lockRole;
  private final Fence fence;
  private final Word domain;
  private final int[] address;
  private final int[] data;
  private final int[] control;
  private final Step step;
  private final boolean standIn;

  /** The read-modify-write that a read or write is half of. */
  public record Update(RmwOp op, long a, long b, RmwOrder order) {}

  private Event(
      Site site,
      Kind kind,
      Word word,
      Order order,
      long value,
      Update update,
      LockRole lockRole,
      Fence fence,
      Word domain,
      int address,
      int data,
      boolean standIn) {
    this.cpu = site.cpu;
    this.index = site.index;
    this.address = and(site.address, address);
    this.data = kind == Kind.WRITE ? and(site.data, data) : NONE;
    this.control = site.control;
    this.step = site.step;
    this.kind = kind;
    this.word = word;
    this.order = order;
    this.value = value;
    this.update = update;
    this.lockRole = lockRole;
    this.fence = fence;
    this.domain = domain;
    this.standIn = standIn;
  }

  private static int[] and(int[] reads, int read) {
    if (read == Place.NO_READ) {
      return reads;
    }
    int[] more = Arrays.copyOf(reads, reads.length + 1);
    more[reads.length] = read;
    return more;
  }

  /**
   * Where in a program an event stands.
   *
   * @param cpu the CPU's number, from 0
   * @param index the event's place in program order, from 0
   * @param address the program-order indices of reads that its address depends on
   * @param data those that the value it writes depends on
   * @param control those that it is control-dependent on
   * @param step the step of the kernel path
   */
  @SuppressWarnings("ArrayRecordComponent") // shared, never changed, never compared
  public record Site(int cpu, int index, int[] address, int[] data, int[] control, Step step) {

    /** A place whose events depend on no read but those that the event itself names. */
    public Site(int cpu, int index, Step step) {
      this(cpu, index, NONE, NONE, NONE, step);
    }

    /** A read. */
    public Event read(Place place, Order order) {
      return access(Kind.READ, place, order, 0, null, Place.NO_READ);
    }

    /** A write of a value that was computed from an earlier read, or not. */
    public Event write(Place place, long value, Order order, int dataRead) {
      return access(Kind.WRITE, place, order, value, null, dataRead);
    }

    /** The read half of a read-modify-write. */
    public Event updateRead(Place place, Update update) {
      Order order = update.order == RmwOrder.ACQUIRE ? Order.ACQUIRE : Order.ONCE;
      return access(Kind.READ, place, order, 0, update, Place.NO_READ);
    }

    /** The write half of a read-modify-write that succeeds; its read is the event before. */
    public Event updateWrite(Place place, Update update, long value) {
      Order order = update.order == RmwOrder.RELEASE ? Order.RELEASE : Order.ONCE;
      boolean computed = update.op != RmwOp.XCHG && update.op != RmwOp.CMPXCHG;
      return access(Kind.WRITE, place, order, value, update, computed ? index - 1 : Place.NO_READ);
    }

    private Event access(
        Kind kind, Place place, Order order, long value, Update update, int dataRead) {
      return new Event(
          this,
          kind,
          place.word(),
          order,
          value,
          update,
          LockRole.NONE,
          null,
          null,
          place.addressRead(),
          dataRead,
          false);
    }

    /** A fence. */
    public Event fence(Fence fence) {
      return fence(fence, null, 0);
    }

    /**
     * A fence of an srcu_struct. A lock's value is an index that no other lock has, as in herd7;
     * the kernel's own tells grace periods apart, not locks.
     *
     * @param given the index that an unlock was given
     */
    public Event srcu(Fence fence, Word domain, long given) {
      return fence(fence, domain, fence == Fence.SRCU_READ_LOCK ? srcuIndex() : given);
    }

    private long srcuIndex() {
      return 307L * (cpu + 1) + 599L * index;
    }

    private Event fence(Fence fence, Word domain, long value) {
      return new Event(
          this,
          Kind.FENCE,
          null,
          Order.ONCE,
          value,
          null,
          LockRole.NONE,
          fence,
          domain,
          Place.NO_READ,
          Place.NO_READ,
          false);
    }

    /** An event on a spinlock. */
    public Event lock(Spinlock lock, LockRole role) {
      return switch (role) {
        case LOCK_READ, TRY_READ -> lockEvent(lock, role, Kind.READ, Order.ACQUIRE, 0);
        case QUERY -> lockEvent(lock, role, Kind.READ, Order.ONCE, 0);
        case LOCK_WRITE -> lockEvent(lock, role, Kind.WRITE, Order.ONCE, Spinlock.LOCKED);
        case UNLOCK -> lockEvent(lock, role, Kind.WRITE, Order.RELEASE, Spinlock.UNLOCKED);
        case NONE -> throw new IllegalArgumentException("no lock event");
      };
    }

    private Event lockEvent(Spinlock lock, LockRole role, Kind kind, Order order, long value) {
      return new Event(
          this,
          kind,
          lock.word(),
          order,
          value,
          null,
          role,
          null,
          null,
          Place.NO_READ,
          Place.NO_READ,
          false);
    }
  }

  /** The initial write of a word. */
  public static Event initial(Word word) {
    return new Site(INITIAL, word.number(), Step.NONE)
        .write(word, word.initialValue(), Order.ONCE, Place.NO_READ);
  }

  /** The CPU, from 0, or {@link #INITIAL}. */
  public int cpu() {
    return cpu;
  }

  /** The place in program order, from 0. */
  public int index() {
    return index;
  }

  public boolean isInitial() {
    return cpu == INITIAL;
  }

  public boolean isRead() {
    return kind == Kind.READ;
  }

  public boolean isWrite() {
    return kind == Kind.WRITE;
  }

  public boolean isFence() {
    return kind == Kind.FENCE;
  }

  /** Whether it is such a read, and no half of a read-modify-write or lock. */
  public boolean isRead(Word of, Order with) {
    return kind == Kind.READ
        && word == of
        && order == with
        && update == null
        && lockRole == LockRole.NONE;
  }

  /** Whether it is such a write, and no half of a read-modify-write or lock. */
  public boolean isWrite(Word of, long written, Order with) {
    return kind == Kind.WRITE
        && word == of
        && value == written
        && order == with
        && update == null
        && lockRole == LockRole.NONE;
  }

  /** Whether it is half of such a read-modify-write. */
  public boolean isUpdateOf(Word of, RmwOp op, long a, long b, RmwOrder with) {
    return update != null
        && word == of
        && update.op == op
        && update.a == a
        && update.b == b
        && update.order == with;
  }

  /** The word accessed; null for a fence. */
  public Word word() {
    return word;
  }

  /** The annotation of a read or write. */
  public Order order() {
    return order;
  }

  /** The value that a write writes; for an SRCU fence its index. */
  public long value() {
    return value;
  }

  /** The read-modify-write that this is half of, or null. */
  public Update update() {
    return update;
  }

  public LockRole lockRole() {
    return lockRole;
  }

  /** The fence, or null. */
  public Fence fence() {
    return fence;
  }

  /** The srcu_struct of an SRCU fence, or null. */
  public Word domain() {
    return domain;
  }

  /** Whether the address depends on a read of the same CPU. */
  public boolean isAddressDependentOn(Event read) {
    return has(address, read);
  }

  /** Whether the value written depends on a read of the same CPU. */
  public boolean isDataDependentOn(Event read) {
    return has(data, read);
  }

  /** Whether the event is control-dependent on a read of the same CPU. */
  public boolean isControlDependentOn(Event read) {
    return has(control, read);
  }

  private static boolean has(int[] reads, Event read) {
    for (int index : reads) {
      if (index == read.index) {
        return true;
      }
    }
    return false;
  }

  /** The step of the kernel path. */
  public Step step() {
    return step;
  }

  /** The program-order indices of the reads that the address depends on. Not to be changed. */
  public int[] addressReads() {
    return address;
  }

  /** The program-order indices of the reads that the value depends on. Not to be changed. */
  public int[] dataReads() {
    return data;
  }

  /** The program-order indices of the reads that it is control-dependent on. Not to be changed. */
  public int[] controlReads() {
    return control;
  }

  /** A read of another word in the place of this read, of which no write follows. */
  public Event standIn(Word other) {
    return new Event(
        site(),
        Kind.READ,
        other,
        update == null ? order : Order.ONCE,
        0,
        null,
        LockRole.NONE,
        null,
        null,
        Place.NO_READ,
        Place.NO_READ,
        true);
  }

  /** Whether it is a {@link #standIn}. */
  public boolean isStandIn() {
    return standIn;
  }

  /** This write as one that no read belongs to. */
  public Event onlyWriting() {
    return site().write(word, value, order, Place.NO_READ);
  }

  /**
   * This event in a longer program order.
   *
   * @param places where each event of the CPU stands in it, by where it stands in this one
   */
  Event moved(int[] places) {
    return new Event(
        new Site(
            cpu,
            places[index],
            moved(address, places),
            moved(data, places),
            moved(control, places),
            step),
        kind,
        word,
        order,
        value,
        update,
        lockRole,
        fence,
        domain,
        Place.NO_READ,
        Place.NO_READ,
        standIn);
  }

  private static int[] moved(int[] reads, int[] places) {
    return Arrays.stream(reads).map(read -> places[read]).toArray();
  }

  private Site site() {
    return new Site(cpu, index, address, data, control, step);
  }

  /**
   * Whether a read, given the value that it read, is followed by the write of its
   * read-modify-write.
   */
  public boolean writesAfter(long valueRead) {
    return switch (lockRole) {
      case LOCK_READ -> true;
      case TRY_READ -> valueRead == Spinlock.UNLOCKED;
      default -> update != null && isRead() && update.op.succeeds(valueRead, update.a, update.b);
    };
  }

  /**
   * Whether two events are the same operation; used to detect programs that are not deterministic.
   */
  public boolean sameOperation(Event other) {
    return kind == other.kind
        && word == other.word
        && order == other.order
        && value == other.value
        && lockRole == other.lockRole
        && fence == other.fence
        && domain == other.domain;
  }

  @Override
  public String toString() {
    String what =
        switch (kind) {
          case READ -> "R " + word;
          case WRITE -> "W " + word + "=" + value;
          case FENCE -> fence.kernelName();
        };
    return (isInitial() ? "init" : "CPU" + cpu + "." + index) + " " + what;
  }
}
