/**
 * What the kernel's paths work on: pages and their flags, entries and tables, address spaces, swap
 * slots, and what the architecture does to entries.
 *
 * <p>The paths are in the packages below, by the files of the kernel's mm/; each file there is one
 * path, written against {@link org.cowcheck.memory.Cpu} with a label at every step. Each method
 * names its kernel function and the states it is faithful to; what is left out is said where it is
 * left out. They know no scenario, no engine and no memory model; invariants and scenarios use
 * them.
 *
 * <p>The configuration that is modelled: 64 bit, SMP, CONFIG_MEMORY_FAILURE, CONFIG_DEBUG_VM for
 * the checks that are named. Left out everywhere: statistics, tracing, memory cgroups, KASAN and
 * the other debugging hooks, page->index, page->private and the LRU list pointers.
 */
package org.cowcheck.mm;
