package org.cowcheck.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Something that the user gave is wrong; the message says what, where, and what to do. */
final class BadInputException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BadInputException(String message) {
    super(message);
  }

  /** For a file or directory that cannot be read. */
  static BadInputException unreadable(Path path, IOException e) {
    String why = e.getMessage();
    if (e instanceof NoSuchFileException) {
      why = "expected a file, found none";
    } else if (e instanceof AccessDeniedException) {
      why = "expected a file that may be read";
    } else if (e instanceof CharacterCodingException) {
      why = "expected text in UTF-8, found other bytes";
    }
    return new BadInputException(path + ": " + why);
  }
}
