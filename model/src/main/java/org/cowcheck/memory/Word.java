package org.cowcheck.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongFunction;

/**
 * One aligned machine word of shared memory: identity, name and initial value.
 *
 * <p>Engines index words by {@link #number}. The storage in the word itself serves {@link
 * HardwareCpu} alone.
 */
public final class Word implements Place {
  static final VarHandle VALUE;

  static {
    try {
      VALUE = MethodHandles.lookup().findVarHandle(Word.class, "value", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final int number;
  private final String name;
  private final long initialValue;
  private final LongFunction<String> format;

  long value;

  Word(int number, String name, long initialValue, LongFunction<String> format) {
    this.number = number;
    this.name = name;
    this.initialValue = initialValue;
    this.format = format;
    this.value = initialValue;
  }

  /** The index of this word in its {@link Memory}, from 0. */
  public int number() {
    return number;
  }

  /** The name that reports show, such as {@code page.flags}. */
  public String name() {
    return name;
  }

  /** The value before any CPU runs. */
  public long initialValue() {
    return initialValue;
  }

  /** A value of this word as reports show it. */
  public String show(long shown) {
    return format.apply(shown);
  }

  @Override
  public Word word() {
    return this;
  }

  @Override
  public int addressRead() {
    return NO_READ;
  }

  @Override
  public String toString() {
    return name;
  }
}
