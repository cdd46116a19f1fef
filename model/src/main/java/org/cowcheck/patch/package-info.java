/**
 * What a patch changes: a kernel state to start from, and edits to labelled steps.
 *
 * <p>It knows steps, fences and access marks, but no kernel path: paths ask the {@link
 * org.cowcheck.patch.Kernel} they run in. Paths, scenarios and engines' command lines may use it.
 */
package org.cowcheck.patch;
