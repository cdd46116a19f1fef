package org.cowcheck.diff;

import com.google.common.collect.ImmutableList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A hunk of a unified diff.
 *
 * @param file its path in the kernel's tree
 * @param number in the file, from 1
 * @param line of its {@code @@} in the text that was read, from 1
 * @param heading what stands behind the {@code @@}
 */
record DiffHunk(String file, int number, int line, String heading, ImmutableList<DiffLine> lines) {
  private static final Pattern TYPE = Pattern.compile("^(?:enum|struct|union)\\s+\\w+(?=\\s*\\{)");
  private static final Pattern FUNCTION = Pattern.compile("(\\w+)\\s*\\(");

  /** The function, or type, that the heading names; else the empty string. */
  String headingFunction() {
    if (heading.endsWith(";")) {
      return "";
    }
    Matcher type = TYPE.matcher(heading);
    if (type.find()) {
      return type.group();
    }
    Matcher function = FUNCTION.matcher(heading);
    return function.find() ? function.group(1) : "";
  }

  @Override
  public String toString() {
    return "hunk " + number + " of " + file;
  }
}
