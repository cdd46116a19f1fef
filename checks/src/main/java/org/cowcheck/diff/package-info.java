/**
 * Reads a patch as it is posted, and says what of it the model has names for.
 *
 * <p>It knows statements of the kernel's source, and edits; no engine and no verdict. The command
 * line uses it.
 */
package org.cowcheck.diff;
