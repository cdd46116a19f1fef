/**
 * C litmus tests of the Linux-kernel memory model, as herd7 reads them: parser, interpreter, and
 * results in herd's words.
 *
 * <p>It knows no memory model of its own: a test runs on the explorer as the kernel paths do. Only
 * the command line uses it.
 */
package org.cowcheck.litmus;
