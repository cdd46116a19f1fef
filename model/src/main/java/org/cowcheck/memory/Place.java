package org.cowcheck.memory;

/**
 * Where an access goes: a {@link Word}, and the read that its address was computed from, if any.
 *
 * <p>A {@code Word} is a place without a dependency; {@link Ref#at} gives one with an address
 * dependency (LKMM: {@code addr}).
 */
public sealed interface Place permits Word, Place.Dependent {

  /** Says that no read of this CPU supplied the address. */
  int NO_READ = -1;

  /** The word that is accessed. */
  Word word();

  /** The program-order index of the read that supplied the address, or {@link #NO_READ}. */
  int addressRead();

  /** A place whose address came from an earlier read of the same CPU. */
  record Dependent(Word word, int addressRead) implements Place {}
}
