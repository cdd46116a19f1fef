package org.cowcheck.hunt;

import com.google.common.collect.ImmutableMap;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.cowcheck.ablation.Column;

/** How many programs of each size came to what, under each memory model and platform. */
final class Tally {
  private final Map<Column, Map<Integer, Map<Fate, Long>>> counts = new LinkedHashMap<>();

  Tally(Iterable<Column> columns) {
    columns.forEach(column -> counts.put(column, new TreeMap<>()));
  }

  synchronized void add(Column column, int size, Fate fate) {
    counts
        .get(column)
        .computeIfAbsent(size, any -> new EnumMap<>(Fate.class))
        .merge(fate, 1L, Long::sum);
  }

  /** How many had each fate. */
  synchronized ImmutableMap<Fate, Long> of(Column column, int size) {
    return ImmutableMap.copyOf(counts.get(column).getOrDefault(size, Map.of()));
  }
}
