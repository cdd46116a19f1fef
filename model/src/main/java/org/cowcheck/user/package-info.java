/**
 * What user processes do: accesses to memory and system calls, each as the kernel paths that it
 * takes. It decides nothing that the kernel decides, and it names no race. For scenarios that are
 * made of such operations, and for engines that make up their own.
 */
package org.cowcheck.user;
