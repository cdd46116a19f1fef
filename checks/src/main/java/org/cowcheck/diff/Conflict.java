package org.cowcheck.diff;

/**
 * Where a diff does not fit its base.
 *
 * @param text that was read
 * @param line in it
 * @param what the diff has there, and the base has not
 */
record Conflict(PatchText text, int line, String what) {

  UnreadablePatchException error(String base, String rest) {
    return text.error(line, "does not apply to " + base + ": " + what + rest);
  }
}
