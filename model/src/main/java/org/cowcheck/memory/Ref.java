package org.cowcheck.memory;

import java.util.function.Function;

/**
 * A pointer value that remembers the read it came from.
 *
 * <p>Accesses through it are address-dependent on that read (LKMM: {@code addr}).
 *
 * @param target what the pointer points to
 * @param read the program-order index of the read, or {@link Place#NO_READ} for a pointer that was
 *     not read from shared memory
 */
public record Ref<T>(T target, int read) {

  /** A pointer that the CPU has without reading it. */
  public static <T> Ref<T> to(T target) {
    return new Ref<>(target, Place.NO_READ);
  }

  /** The place of a field of the target, address-dependent on the read of this pointer. */
  public Place at(Function<? super T, Word> field) {
    Word word = field.apply(target);
    return read == Place.NO_READ ? word : new Place.Dependent(word, read);
  }
}
