package org.cowcheck.memory;

import java.util.function.BooleanSupplier;

/**
 * A CPU that runs on another one. Subclasses change single primitives on the way.
 *
 * <p>{@link #plainInSource} is the subclass's own: how the source is taken is not the engine's
 * business.
 */
public abstract class ForwardingCpu extends Cpu {
  private final Cpu engine;

  protected ForwardingCpu(Cpu engine) {
    this.engine = engine;
  }

  @Override
  protected long load(Place place, Order order) {
    return engine.load(place, order);
  }

  @Override
  protected void store(Place place, long value, Order order, int dataRead) {
    engine.store(place, value, order, dataRead);
  }

  @Override
  protected long update(Place place, RmwOp op, long a, long b, RmwOrder order) {
    return engine.update(place, op, a, b, order);
  }

  @Override
  protected void fence(Fence fence) {
    engine.fence(fence);
  }

  @Override
  protected long srcu(Fence fence, Word domain, long index) {
    return engine.srcu(fence, domain, index);
  }

  @Override
  protected void lock(Spinlock lock) {
    engine.lock(lock);
  }

  @Override
  protected boolean tryLock(Spinlock lock) {
    return engine.tryLock(lock);
  }

  @Override
  protected boolean isLocked(Spinlock lock) {
    return engine.isLocked(lock);
  }

  @Override
  protected void unlock(Spinlock lock) {
    engine.unlock(lock);
  }

  @Override
  protected int latestRead() {
    return engine.latestRead();
  }

  @Override
  public void dependencies(int[] address, int[] data, int[] control) {
    engine.dependencies(address, data, control);
  }

  @Override
  public boolean recheck(BooleanSupplier unchanged) {
    return engine.recheck(unchanged);
  }

  @Override
  public Cpu at(Step step) {
    engine.at(step);
    return this;
  }

  @Override
  public void note(String name, long value) {
    engine.note(name, value);
  }

  @Override
  public void ctrl(Word... words) {
    engine.ctrl(words);
  }
}
