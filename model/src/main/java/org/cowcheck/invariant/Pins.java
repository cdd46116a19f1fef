package org.cowcheck.invariant;

import java.util.ArrayList;
import java.util.List;
import org.cowcheck.memory.Note;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.gup.Unpin;

/**
 * The pins on one page that are held at an instant.
 *
 * @param locations where the page was mapped when they were taken
 */
record Pins(List<Long> locations) {

  static Pins on(Page page, Instant instant) {
    List<Long> locations = new ArrayList<>();
    int unpinned = 0;
    for (int cpu = 0; cpu < instant.cpus(); cpu++) {
      boolean isOnPage = false;
      for (Note note : instant.notes(cpu)) {
        boolean names = note.value() == page.address();
        if (note.name().equals(GupFast.PINNED_AT) && isOnPage) {
          locations.add(note.value());
        }
        isOnPage = note.name().equals(GupFast.PINNED) && names;
        unpinned += note.name().equals(Unpin.UNPINNED) && names ? 1 : 0;
      }
    }
    int held = Math.max(0, locations.size() - unpinned);
    return new Pins(locations.subList(locations.size() - held, locations.size()));
  }

  int count() {
    return locations.size();
  }

  boolean areAt(long location) {
    return locations.contains(location);
  }
}
