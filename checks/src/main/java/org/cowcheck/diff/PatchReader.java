package org.cowcheck.diff;

import java.util.Optional;
import org.cowcheck.patch.Patch;

/** Reads unified diffs, mails, mailboxes and saved pages of patchwork. */
public final class PatchReader {
  private PatchReader() {}

  /**
   * Reads a patch.
   *
   * @param name of the file, for messages
   * @param base what it applies to; guessed if absent
   * @throws UnreadablePatchException if it is none, or does not apply, or means nothing to the
   *     model
   */
  public static Reading read(String name, byte[] content, Optional<Patch> base) {
    throw new UnreadablePatchException(name + ": diffs cannot be read yet");
  }
}
