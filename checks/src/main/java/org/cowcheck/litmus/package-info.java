/**
 * C litmus tests of the Linux-kernel memory model, as herd7 reads them: parser, interpreter,
 * results in herd's words, and executions written as such tests.
 *
 * <p>It knows no memory model of its own: a test runs on the explorer as the kernel paths do. Only
 * the command line uses it.
 */
package org.cowcheck.litmus;
