package org.cowcheck.litmus;

import com.google.common.collect.ImmutableMap;
import java.util.Collection;
import java.util.TreeSet;

/** The addresses of the locations of a test: large, aligned, and in the order of the names. */
final class Addresses {
  private static final long FIRST = 1L << 60;
  private static final long STEP = 1L << 20;

  private final ImmutableMap<String, Long> byName;
  private final ImmutableMap<Long, String> byAddress;

  Addresses(Collection<String> names) {
    ImmutableMap.Builder<String, Long> addresses = ImmutableMap.builder();
    ImmutableMap.Builder<Long, String> locations = ImmutableMap.builder();
    long next = FIRST;
    for (String name : new TreeSet<>(names)) {
      addresses.put(name, next);
      locations.put(next, name);
      next += STEP;
    }
    byName = addresses.buildOrThrow();
    byAddress = locations.buildOrThrow();
  }

  long of(String location) {
    return byName.get(location);
  }

  /** The location at an address, or null. */
  String at(long address) {
    return byAddress.get(address);
  }

  /** A value as herd shows it: a number, or the name of the location that it points to. */
  String show(long value) {
    String location = at(value);
    return location == null ? Long.toString(value) : location;
  }
}
