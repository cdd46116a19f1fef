package org.cowcheck.diff;

import com.google.common.collect.ImmutableList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text that a diff is looked for in: a file, or one mail of it.
 *
 * @param name of the file, for messages; of a mail that was decoded, with its number
 * @param firstLine the number of its first line in the file
 * @param subject of the mail, or the title of the page; else the empty string
 * @param content with LF at line ends
 * @param notes on what was changed to get it
 */
record PatchText(
    String name, int firstLine, String subject, String content, ImmutableList<String> notes) {
  private static final Pattern SUBJECT = Pattern.compile("(?m)^Subject: *(.*(?:\\n[ \\t].*)*)");
  private static final Pattern TITLE = Pattern.compile("(?m)^\\[(?:RFC|PATCH)?[^\\]]*\\] *\\S.*$");

  /** An error at a line of the file. */
  UnreadablePatchException error(int line, String what) {
    return new UnreadablePatchException(name + ":" + line + ": " + what);
  }

  /** A text as it is, with the subject that it has. */
  static PatchText asItIs(String name, int firstLine, String content, ImmutableList<String> notes) {
    int diff = content.indexOf("\ndiff --git ");
    String head = diff < 0 ? content : content.substring(0, diff);
    Matcher subject = SUBJECT.matcher(head);
    Matcher title = TITLE.matcher(head);
    String found = subject.find() ? subject.group(1) : title.find() ? title.group() : "";
    return new PatchText(name, firstLine, oneLine(found), content, notes);
  }

  /** Without line breaks. */
  static String oneLine(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }
}
