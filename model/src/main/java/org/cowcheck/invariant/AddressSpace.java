package org.cowcheck.invariant;

import com.google.common.collect.ImmutableList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Pmd;

/**
 * An mm and the PMD entries of its private mapping.
 *
 * @param mm the mm
 * @param pmds by address
 */
public record AddressSpace(Mm mm, ImmutableList<Pmd> pmds) {}
