package org.cowcheck.mm;

/**
 * One VMA that a walk of the reverse mapping visits, at the address where it may map the page. A
 * walk visits the parent's before the child's.
 *
 * <p>Left out: how a walk finds them, by mapping and index of the page, which the page lock keeps.
 *
 * @param mm its mm
 * @param table its page table, at that address
 */
public record RmapVma(Mm mm, PageTable table) {}
