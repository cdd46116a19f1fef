package org.cowcheck.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Ascii;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is no patch, or none for the model: one clear line with the place. */
final class BadDiffTest {
  private static final String WMB = Read.text("respins/on-seed-smp-wmb.diff");

  private static String error(byte[] content) {
    String message =
        assertThrows(
                UnreadablePatchException.class,
                () -> PatchReader.read("x.diff", content, Optional.empty()))
            .getMessage();
    assertFalse(message.contains("\n"), message);
    assertTrue(message.startsWith("x.diff"), message);
    return message;
  }

  private static String error(String content) {
    return error(content.getBytes(StandardCharsets.UTF_8));
  }

  private static String errorOnBase(String resource, String base) {
    return assertThrows(
            UnreadablePatchException.class,
            () ->
                PatchReader.read(
                    "x.diff",
                    Read.bytes("respins/" + resource + ".diff"),
                    Optional.of(Read.patch(base))))
        .getMessage();
  }

  @Test
  void anEmptyFile() {
    assertEquals("x.diff: the file is empty", error(""));
    assertEquals("x.diff: the file is blank", error("\n\n"));
  }

  @Test
  void noDiff() {
    assertEquals("x.diff: no unified diff in it", error("Dear all,\n\nplease apply.\n"));
  }

  @Test
  void aDiffThatIsNotUnified() {
    assertTrue(error("1338c1338\n< wmb();\n---\n> smp_wmb();\n").contains("diff -u"));
  }

  @Test
  void aBinaryFile() {
    String diff =
        "diff --git a/logo.png b/logo.png\nindex 1..2 100644\nBinary files a/logo.png and b/logo.png differ\n";
    assertEquals(
        "x.diff:10: a diff of a binary file: Binary files a/logo.png and b/logo.png differ",
        error(
            WMB.substring(0, WMB.lastIndexOf(" \tif"))
                .replaceAll("(?s)^.*$", "a\n".repeat(7) + diff)));
    assertTrue(
        error("diff --git a/l b/l\nindex 1..2 100644\nGIT binary patch\nliteral 1\nIcmZ\n\n")
            .startsWith("x.diff:3: a diff of a binary file"));
    assertTrue(error(new byte[] {'a', '\n', 0, 1}).startsWith("x.diff:2: a NUL byte"));
  }

  @Test
  void aTruncatedDiff() {
    String cut = WMB.substring(0, WMB.lastIndexOf('\n', WMB.length() - 2) + 1);
    String message = error(cut);
    assertTrue(message.matches("x\\.diff:\\d+: .*"), message);
    assertTrue(Ascii.toLowerCase(message).contains("hunk"), message);
  }

  @Test
  void aHunkWithMoreLinesThanItSays() {
    String message =
        error(
            WMB.replace("+1350,6 @@", "+1350,4 @@").replace("-1350,6", "-1350,4") + "+\tmore();\n");
    assertTrue(message.contains("hunk 1 of mm/page_alloc.c has more lines"), message);
    assertTrue(
        error(WMB + "+\tmore();\n").startsWith("x.diff:11: hunk 1 of mm/page_alloc.c has more"));
  }

  @Test
  void aCombinedDiff() {
    String diff =
        """
        diff --cc mm/page_alloc.c
        index 1,2..3
        --- a/mm/page_alloc.c
        +++ b/mm/page_alloc.c
        @@@ -1,2 -1,2 +1,2 @@@
          a
        - b
         -c
        ++d
        """;
    assertEquals(
        "x.diff:1: a combined diff, of a merge: make a diff against one parent", error(diff));
  }

  @Test
  void utf16() {
    assertEquals(
        "x.diff:1: the text is UTF-16: save it as UTF-8",
        error(WMB.getBytes(StandardCharsets.UTF_16)));
    assertTrue(error(WMB.getBytes(StandardCharsets.UTF_16LE)).contains("not in UTF-8"));
  }

  @Test
  void fiftyMegabytes() {
    byte[] large = new byte[50_000_000];
    Arrays.fill(large, (byte) '+');
    assertEquals(
        "x.diff: 50,000,000 bytes are too many for a patch; the limit is 8,388,608 bytes",
        error(large));
  }

  @Test
  void whatIsJustBelowTheLimit_isReadInTime() {
    StringBuilder diff = new StringBuilder(WMB);
    int lines = 60_000;
    diff.append("diff --git a/mm/huge.c b/mm/huge.c\n--- a/mm/huge.c\n+++ b/mm/huge.c\n");
    diff.append("@@ -0,0 +1,").append(lines).append(" @@\n");
    for (int i = 0; i < lines; i++) {
      diff.append("+\tif (x(").append(i).append(")) { y = (z");
      diff.append("\n");
    }
    assertEquals(
        lines + 2,
        Read.text("large.diff", diff.toString()).rows().stream()
            .mapToInt(row -> row.lines().size())
            .sum());
  }

  @Test
  void onlyUnknownFiles() {
    String message = error(WMB.replace("mm/page_alloc.c", "drivers/net/tun.c"));
    assertEquals(
        "x.diff:4: nothing that it changes is modelled: no function that the model knows in drivers/net/tun.c",
        message);
  }

  @Test
  void onlyUnknownStatements() {
    String message =
        error(
            WMB.replace("-\t\twmb(); /* avoid PageSlab() false positives */", "-\t\tfoo();")
                .replace("smp_wmb();", "bar();"));
    assertTrue(
        message.startsWith(
            "x.diff:7: nothing that it changes is modelled: free_pages_prepare() in"),
        message);
  }

  @Test
  void whatIsTakenAwayIsNotThere() {
    assertEquals(
        "x.diff:6: does not apply to S3: hunk 1 of mm/page_alloc.c expects \"__ClearPageAnonExclusive(page)\" in "
            + "free_pages_prepare(), where the base has it not; it applies to seed",
        errorOnBase("on-seed-smp-wmb", "S3"));
  }

  @Test
  void whatIsAddedIsThereAlready() {
    String message = errorOnBase("barriers", "S3");
    assertTrue(message.contains("x.diff:"), message);
    assertTrue(
        message.contains(
            "adds \"smp_rmb();\" to gup_must_unshare(), where the base has it already"),
        message);
    assertTrue(message.endsWith("; it applies to S2"), message);
  }

  @Test
  void theSeedOnTheSeed() {
    String message = errorOnBase("seed-again", "seed");
    assertTrue(message.contains("does not apply to seed"), message);
    assertTrue(message.endsWith("; it applies to S1-without-seed"), message);
  }

  @Test
  void nothingFits_saysWhatWasTried() {
    String diff =
        Read.text("respins/barriers-only-pin.diff") + Read.text("respins/on-seed-smp-wmb.diff");
    String message = error(diff);
    assertTrue(message.contains("does not apply to"), message);
    assertTrue(message.contains("--base"), message);
  }

  @Test
  void aFlagThatCannotServe() {
    String diff = Read.text("respins/flag-pg-mappedtodisk.diff");
    String message = error(diff.replace("PG_mappedtodisk", "PG_dirty"));
    assertTrue(message.contains("PG_dirty cannot serve as PG_anon_exclusive"), message);
    assertTrue(message.contains("PG_mappedtodisk"), message);
  }

  @Test
  void anOrderThatTheModelDoesNotHave() {
    String diff =
        Read.text("respins/seed-without-tails.diff")
            + "diff --git a/mm/page_alloc.c b/mm/page_alloc.c\n--- a/mm/page_alloc.c\n+++ b/mm/page_alloc.c\n"
            + "@@ -1340,2 +1341,4 @@ static __always_inline bool free_pages_prepare(struct page *page,\n"
            + " \t\t\t(page + i)->flags &= ~PAGE_FLAGS_CHECK_AT_PREP;\n"
            + "+\t\t\tif (anon)\n+\t\t\t\t__ClearPageAnonExclusive(page + i);\n \t\t}\n";
    String message = error(diff);
    assertTrue(message.contains("the model has no such order"), message);
  }

  @Test
  void crlf_isReadAsLf_andSaid() {
    Reading reading = Read.text("x.diff", WMB.replace("\n", "\r\n"));
    assertEquals(Read.respin("on-seed-smp-wmb").patch().edits(), reading.patch().edits());
    assertEquals("[CRLF at line ends: read as LF]", reading.notes().toString());
    assertTrue(ReadingText.of(reading).contains("note: CRLF"));
  }

  @Test
  void latin1_isReadAndSaid() {
    byte[] content = ("From: Jos\u00e9\n\n" + WMB).getBytes(StandardCharsets.ISO_8859_1);
    Reading reading = PatchReader.read("x.diff", content, Optional.empty());
    assertEquals("[not UTF-8: read as ISO-8859-1]", reading.notes().toString());
  }
}
