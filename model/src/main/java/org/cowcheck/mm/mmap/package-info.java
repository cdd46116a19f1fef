/**
 * System calls that take entries away, move them, or change what they permit: munmap(), madvise(),
 * mprotect(), mremap().
 */
package org.cowcheck.mm.mmap;
