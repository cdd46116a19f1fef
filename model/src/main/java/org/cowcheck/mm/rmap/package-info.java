/**
 * Who maps a page, and whether one alone does (mm/rmap.c, include/linux/rmap.h): the counts of
 * mappings, and PG_anon_exclusive.
 */
package org.cowcheck.mm.rmap;
