/** What fork() copies, and what it shares (mm/memory.c, mm/huge_memory.c). */
package org.cowcheck.mm.fork;
