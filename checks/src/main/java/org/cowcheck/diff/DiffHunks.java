package org.cowcheck.diff;

import com.google.common.collect.ImmutableList;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jgit.patch.CombinedFileHeader;
import org.eclipse.jgit.patch.FileHeader;
import org.eclipse.jgit.patch.FormatError;
import org.eclipse.jgit.patch.HunkHeader;
import org.eclipse.jgit.patch.Patch;

/**
 * The hunks of a text with a unified diff in it.
 *
 * <p>JGit finds files and hunks among what is around them. The lines of a hunk are as many as its
 * {@code @@} says: what was saved from a page, or came by mail, has lost the one space of empty
 * lines, and empty lines may follow.
 */
final class DiffHunks {
  private static final Pattern HEADER =
      Pattern.compile("^@@ -\\d+(?:,(\\d+))? \\+\\d+(?:,(\\d+))? @@ ?(.*)$");
  private static final Pattern BINARY =
      Pattern.compile("(?m)^(?:Binary files .* differ|GIT binary patch)\\r?$");
  private static final Pattern NOT_UNIFIED =
      Pattern.compile("(?m)^(?:\\*{15}|\\d+(?:,\\d+)?[acd]\\d+(?:,\\d+)?$)");

  private final PatchText text;
  private final List<DiffHunk> hunks = new ArrayList<>();

  private DiffHunks(PatchText text) {
    this.text = text;
  }

  /** Reads them; none if there is no diff in the text. */
  static ImmutableList<DiffHunk> of(PatchText text) {
    DiffHunks reader = new DiffHunks(text);
    reader.read();
    return ImmutableList.copyOf(reader.hunks);
  }

  /** What a text without a hunk may be. */
  static String whyNone(PatchText text) {
    return NOT_UNIFIED.matcher(text.content()).find()
        ? "it looks like a diff that is not unified: make it with diff -u"
        : "no unified diff in it";
  }

  private void read() {
    Matcher binary = BINARY.matcher(text.content());
    if (binary.find()) {
      throw error(lineAt(binary.start()), "a diff of a binary file: " + binary.group());
    }
    Patch patch = new Patch();
    byte[] bytes = text.content().getBytes(StandardCharsets.UTF_8);
    patch.parse(bytes, 0, bytes.length);
    for (FormatError error : patch.getErrors()) {
      if (error.getSeverity() == FormatError.Severity.ERROR) {
        String before = new String(bytes, 0, error.getOffset(), StandardCharsets.UTF_8);
        throw error(lineAt(before.length()), "the diff is broken: " + error.getMessage());
      }
    }
    String[] lines = text.content().split("\n", -1);
    int from = 0;
    int line = 0;
    for (FileHeader file : patch.getFiles()) {
      if (file instanceof CombinedFileHeader) {
        throw error(
            1 + lineOf(bytes, file.getStartOffset()),
            "a combined diff, of a merge: make a diff against one parent");
      }
      int number = 0;
      for (HunkHeader hunk : file.getHunks()) {
        line += newlines(bytes, from, hunk.getStartOffset());
        from = hunk.getStartOffset();
        hunks.add(hunk(path(file), ++number, lines, line));
      }
    }
  }

  private UnreadablePatchException error(int line, String what) {
    return text.error(text.firstLine() + line - 1, what);
  }

  private static String path(FileHeader file) {
    String path =
        file.getNewPath().equals(FileHeader.DEV_NULL) ? file.getOldPath() : file.getNewPath();
    return path.replaceFirst("^(?:[ab]|linux[^/]*)/(?=[^/]+/)", "");
  }

  private DiffHunk hunk(String file, int number, String[] lines, int at) {
    Matcher header = HEADER.matcher(lines[at]);
    if (!header.matches()) {
      throw error(at + 1, "the @@ line cannot be read: " + lines[at]);
    }
    int oldLeft = count(header.group(1));
    int newLeft = count(header.group(2));
    ImmutableList.Builder<DiffLine> body = ImmutableList.builder();
    int next = at + 1;
    while (oldLeft > 0 || newLeft > 0) {
      String line = next < lines.length ? lines[next] : "end of text";
      char sign = line.isEmpty() ? ' ' : line.charAt(0);
      boolean isLast = next >= lines.length || (line.isEmpty() && next == lines.length - 1);
      if (isLast || " +-\\\t".indexOf(sign) < 0) {
        throw error(
            Math.min(next + 1, lines.length),
            "hunk %d of %s ends early: its @@ line promises %d old and %d new lines more"
                .formatted(number, file, oldLeft, newLeft));
      }
      next++;
      if (sign == '\\') {
        continue;
      }
      if (sign == '\t') {
        throw error(
            next, "hunk %d of %s: a line has lost its first column".formatted(number, file));
      }
      oldLeft -= sign == '+' ? 0 : 1;
      newLeft -= sign == '-' ? 0 : 1;
      body.add(
          new DiffLine(sign, line.isEmpty() ? "" : line.substring(1), text.firstLine() + next - 1));
    }
    if (oldLeft < 0 || newLeft < 0 || continues(lines, next)) {
      throw error(
          next + (oldLeft < 0 || newLeft < 0 ? 0 : 1),
          "hunk %d of %s has more lines than its @@ line says".formatted(number, file));
    }
    return new DiffHunk(file, number, text.firstLine() + at, header.group(3).strip(), body.build());
  }

  /** Whether changed lines follow a hunk; the footer of a mail and the next file are none. */
  private static boolean continues(String[] lines, int next) {
    if (next >= lines.length || lines[next].isEmpty()) {
      return false;
    }
    String line = lines[next];
    return (line.charAt(0) == '+' || line.charAt(0) == '-')
        && !line.equals("--")
        && !line.startsWith("-- ")
        && !line.startsWith("--- ");
  }

  private static int count(String digits) {
    if (digits == null) {
      return 1;
    }
    return digits.length() > 7 ? Integer.MAX_VALUE : Integer.parseInt(digits);
  }

  private int lineAt(int offset) {
    return 1 + (int) text.content().substring(0, offset).chars().filter(c -> c == '\n').count();
  }

  private static int lineOf(byte[] bytes, int offset) {
    return newlines(bytes, 0, offset);
  }

  private static int newlines(byte[] bytes, int from, int to) {
    int count = 0;
    for (int i = from; i < to; i++) {
      count += bytes[i] == '\n' ? 1 : 0;
    }
    return count;
  }
}
