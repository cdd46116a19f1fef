package org.cowcheck.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableSet;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** Patches as they come by mail. */
final class MailsTest {
  private static final String DIFF = Read.text("respins/on-seed-smp-wmb.diff");
  private static final String TEXT =
      """
      A lighter barrier is enough.

      Signed-off-by: A Reader <a@example.org>
      ---
       mm/page_alloc.c | 2 +-
       1 file changed, 1 insertion(+), 1 deletion(-)

      """;

  private static String mail(String headers, String body) {
    return "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n"
        + "From: A Reader <a@example.org>\nDate: Thu, 24 Feb 2022 13:26:09 +0100\n"
        + "Subject: [PATCH 1/2] mm/page_alloc:\n a lighter barrier\n"
        + headers
        + "\n"
        + body;
  }

  private static void assertLighter(Reading reading) {
    assertEquals(ImmutableSet.of("ReplaceFence F9 smp_wmb"), Read.edits(reading.patch()));
    assertEquals("[PATCH 1/2] mm/page_alloc: a lighter barrier", reading.patch().title());
  }

  @Test
  void formatPatch_endsInAFooter() {
    assertLighter(Read.text("0001.patch", mail("", TEXT + DIFF + "-- \n2.35.1\n\n")));
  }

  @Test
  void aFooterThatHasLostItsSpace() {
    assertLighter(Read.text("0001.patch", mail("", TEXT + DIFF + "--\n2.35.1\n\n")));
  }

  @Test
  void base64() {
    String body =
        Base64.getMimeEncoder(76, new byte[] {'\n'})
            .encodeToString((TEXT + DIFF + "-- \n2.35.1\n").getBytes(StandardCharsets.UTF_8));
    Reading reading =
        Read.text(
            "0001.patch",
            mail(
                """
                MIME-Version: 1.0
                Content-Type: text/plain; charset=UTF-8
                Content-Transfer-Encoding: base64
                """,
                body));
    assertLighter(reading);
    assertTrue(reading.notes().toString().contains("encoded"));
  }

  @Test
  void quotedPrintable() {
    String body = (TEXT + DIFF).replace("=", "=3D").replace("&page", "&=\npage");
    assertLighter(
        Read.text(
            "0001.patch",
            mail(
                """
                Content-Type: text/plain; charset=iso-8859-1
                Content-Transfer-Encoding: quoted-printable
                """,
                body)));
  }

  @Test
  void anAttachment() {
    String body =
        "--x\nContent-Type: text/plain\n\nSee there.\n--x\nContent-Type: text/x-patch\n"
            + "Content-Transfer-Encoding: base64\n\n"
            + Base64.getMimeEncoder(76, new byte[] {'\n'})
                .encodeToString(DIFF.getBytes(StandardCharsets.UTF_8))
            + "\n--x--\n";
    assertLighter(
        Read.text(
            "0001.patch",
            mail("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n", body)));
  }

  @Test
  void anMbox_isAppliedMailByMail() {
    String second =
        DIFF.replace("+\t\tsmp_wmb", "+\t\tbarrier_that_is_none")
            .replace("-\t\twmb", "-\t\tsmp_wmb");
    Reading reading =
        Read.text(
            "series.mbox",
            mail("", TEXT + DIFF + "-- \n2.35.1\n\n")
                + mail("", TEXT + second + "-- \n2.35.1\n\n"));
    assertEquals(ImmutableSet.of("DropFence F9"), Read.edits(reading.patch()));
    assertEquals(4, reading.rows().stream().mapToInt(row -> row.lines().size()).sum());
    assertTrue(reading.rows().get(1).line() > reading.rows().get(0).line() + 15);
  }

  @Test
  void aMailWithoutADiff_isPassedOver() {
    assertEquals(
        ImmutableSet.of("ReplaceFence F9 smp_wmb"),
        Read.edits(
            Read.text("series.mbox", mail("", "Cover.\n\n") + mail("", TEXT + DIFF)).patch()));
  }
}
