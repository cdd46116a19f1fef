package org.cowcheck.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.LongFunction;

/**
 * The shared memory of one run: allocates words and numbers them, and gives objects addresses.
 *
 * <p>Allocation order decides the numbers, so a scenario that builds its objects in a fixed order
 * gets the same numbers in every run and engine. Not thread-safe: build first, run afterwards.
 */
public final class Memory {
  /** Addresses are multiples of this, so low bits are free for tags as in the kernel. */
  private static final long ALIGNMENT = 1 << 16;

  private final List<Word> words = new ArrayList<>();
  private Object[] objects = new Object[0];

  /** A new word whose values are shown as decimal numbers. */
  public Word word(String name, long initialValue) {
    return word(name, initialValue, value -> Long.toString(value));
  }

  /** A new word whose values are shown in a way of their own. */
  public Word word(String name, long initialValue, LongFunction<String> format) {
    Word word = new Word(words.size(), name, initialValue, format);
    words.add(word);
    return word;
  }

  /** A new spinlock, unlocked. */
  public Spinlock spinlock(String name) {
    return new Spinlock(word(name, Spinlock.UNLOCKED));
  }

  /** A new sequence counter, even. */
  public Seqcount seqcount(String name) {
    return new Seqcount(word(name, 0));
  }

  /** All words, by number. */
  public List<Word> words() {
    return Collections.unmodifiableList(words);
  }

  /** Gives an object an address: nonzero, aligned, and the same in every run. */
  public long place(Object object) {
    objects = Arrays.copyOf(objects, objects.length + 1);
    objects[objects.length - 1] = object;
    return objects.length * ALIGNMENT;
  }

  /** Makes an object that knows its address, and places it there. */
  public <T> T make(LongFunction<T> object) {
    long address = place(null);
    int index = objects.length - 1;
    T made = object.apply(address);
    objects[index] = made;
    return made;
  }

  /** All objects of a type, by address. */
  public <T> List<T> objects(Class<T> type) {
    return Arrays.stream(objects).filter(type::isInstance).map(type::cast).toList();
  }

  /**
   * The object at an address.
   *
   * @throws IllegalArgumentException if no object was placed there
   */
  public <T> T object(long address, Class<T> type) {
    long index = address / ALIGNMENT - 1;
    if (address % ALIGNMENT != 0 || index < 0 || index >= objects.length) {
      throw new IllegalArgumentException("no object at address " + address);
    }
    return type.cast(objects[(int) index]);
  }
}
