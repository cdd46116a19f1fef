/**
 * Whoever finds a page by its number, not by an entry: /proc/kpage*, memory_failure(),
 * isolate_movable_page(), readers of dumps.
 */
package org.cowcheck.mm.pfn;
