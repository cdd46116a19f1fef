package org.cowcheck.variant;

import org.cowcheck.patch.Patch;

/**
 * What a file of a variant says.
 *
 * @param patch the base with the edits
 * @param base what the file names as base
 */
public record Variant(Patch patch, Patch base) {}
