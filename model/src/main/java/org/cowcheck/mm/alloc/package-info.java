/**
 * Pages and page tables are allocated and freed (mm/page_alloc.c, mm/slub.c, mm/memremap.c): the
 * barriers of the seed are here.
 */
package org.cowcheck.mm.alloc;
