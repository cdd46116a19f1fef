/** PMD entries and huge pages that are split, migrated and reclaimed (mm/huge_memory.c). */
package org.cowcheck.mm.thp;
