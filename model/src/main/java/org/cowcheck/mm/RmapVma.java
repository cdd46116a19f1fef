package org.cowcheck.mm;

/**
 * One VMA that a walk of the reverse mapping visits, at the address where it may map the page.
 *
 * @param mm its mm
 * @param table its page table, at that address
 */
public record RmapVma(Mm mm, PageTable table) {}
