package org.cowcheck.litmus;

/** A value in the state before and in conditions: a number, or the address of a location. */
sealed interface Initial {
  Initial ZERO = new Plain(0);

  long value(Addresses addresses);

  /** An integer. */
  record Plain(long number) implements Initial {
    @Override
    public long value(Addresses addresses) {
      return number;
    }

    @Override
    public String toString() {
      return Long.toString(number);
    }
  }

  /** The address of a location. */
  record Address(String location) implements Initial {
    @Override
    public long value(Addresses addresses) {
      return addresses.of(location);
    }

    @Override
    public String toString() {
      return location;
    }
  }
}
