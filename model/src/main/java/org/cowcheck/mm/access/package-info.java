/** Whoever loads and stores through entries: user code, by the hardware's walk, and O_DIRECT. */
package org.cowcheck.mm.access;
