package org.cowcheck.invariant;

import com.google.common.collect.ImmutableList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pmd;

/**
 * An mm and the PMD entries of its private mapping.
 *
 * @param mm the mm
 * @param pmds by address
 */
public record AddressSpace(Mm mm, ImmutableList<Pmd> pmds) {

  /** Whether a location is in this address space. */
  boolean reaches(long location) {
    for (Pmd pmd : pmds) {
      if (PageTable.isInReach(PageTable.location(pmd, 0), location)) {
        return true;
      }
    }
    return false;
  }
}
