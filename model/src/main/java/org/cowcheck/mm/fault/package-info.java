/**
 * Page faults: {@link org.cowcheck.mm.fault.MmFault} says which path one takes (mm/memory.c,
 * mm/huge_memory.c).
 */
package org.cowcheck.mm.fault;
