/**
 * Patches as users write them down: files of variants, what can be edited at each step, and names.
 *
 * <p>It knows steps, edits and patches; no engine and no verdict. Reports and the command line use
 * it.
 */
package org.cowcheck.variant;
