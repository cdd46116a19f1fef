package org.cowcheck.memory;

import java.util.ArrayList;
import java.util.List;

/** A CPU for tests that runs alone and writes down each engine primitive that it is asked for. */
public final class RecordingCpu extends Cpu {
  private final List<String> log = new ArrayList<>();
  private int reads = Place.NO_READ;
  private Step step = Step.NONE;

  /** What was asked for, in order, each with the label of its step. */
  public List<String> log() {
    return log;
  }

  private void log(String what) {
    log.add(step.label().isEmpty() ? what : step.label() + " " + what);
  }

  @Override
  protected long load(Place place, Order order) {
    reads++;
    log("load " + order + " " + place.word() + dependency(place));
    return place.word().value;
  }

  private static String dependency(Place place) {
    return place.addressRead() == Place.NO_READ ? "" : " addr " + place.addressRead();
  }

  @Override
  protected void store(Place place, long value, Order order, int dataRead) {
    log(
        "store "
            + order
            + " "
            + place.word()
            + "="
            + value
            + dependency(place)
            + (dataRead == Place.NO_READ ? "" : " data " + dataRead));
    place.word().value = value;
  }

  @Override
  protected long update(Place place, RmwOp op, long a, long b, RmwOrder order) {
    reads++;
    long old = place.word().value;
    boolean succeeds = op.succeeds(old, a, b);
    log("update " + order + " " + place.word() + dependency(place) + (succeeds ? "" : " fails"));
    if (succeeds) {
      place.word().value = op.apply(old, a, b);
    }
    return old;
  }

  @Override
  protected void fence(Fence fence) {
    log(fence.kernelName());
  }

  @Override
  protected long srcu(Fence fence, Word domain, long index) {
    log(fence.kernelName() + " " + domain + " " + index);
    return 0;
  }

  @Override
  protected void lock(Spinlock lock) {
    log("lock " + lock);
  }

  @Override
  protected boolean tryLock(Spinlock lock) {
    log("trylock " + lock);
    return true;
  }

  @Override
  protected boolean isLocked(Spinlock lock) {
    log("is locked " + lock);
    return false;
  }

  @Override
  protected void unlock(Spinlock lock) {
    log("unlock " + lock);
  }

  @Override
  protected int latestRead() {
    return reads;
  }

  @Override
  public Cpu at(Step next) {
    step = next;
    return this;
  }

  @Override
  public void note(String name, long value) {
    log("note " + name + " " + value);
  }

  @Override
  public void ctrl(Word... words) {
    for (Word word : words) {
      log("ctrl " + word);
    }
  }
}
