package org.cowcheck.diff;

import com.google.common.base.Strings;
import com.google.common.collect.ImmutableList;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.james.mime4j.dom.Body;
import org.apache.james.mime4j.dom.Entity;
import org.apache.james.mime4j.dom.Message;
import org.apache.james.mime4j.dom.Multipart;
import org.apache.james.mime4j.dom.SingleBody;
import org.apache.james.mime4j.message.DefaultMessageBuilder;

/** The texts of a file: itself, or its mails, decoded where they are encoded. */
final class PatchTexts {
  private static final Pattern MBOX_FROM = Pattern.compile("(?m)^From \\S+ .*\\d{4}$");
  private static final Pattern HEADER = Pattern.compile("^(?:From \\S+ .*\\n)?[A-Za-z-]+: ");
  private static final Pattern ENCODED =
      Pattern.compile(
          "(?im)^(?:Content-Transfer-Encoding: *\"?(?:base64|quoted-printable)"
              + "|Content-Type: *multipart/)");

  private PatchTexts() {}

  /** Reads a file. */
  static ImmutableList<PatchText> of(String name, byte[] content) {
    if (content.length == 0) {
      throw new UnreadablePatchException(name + ": the file is empty");
    }
    if (content.length > PatchReader.MAX_BYTES) {
      throw new UnreadablePatchException(
          "%s: %,d bytes are too many for a patch; the limit is %,d bytes"
              .formatted(name, content.length, PatchReader.MAX_BYTES));
    }
    List<String> notes = new ArrayList<>();
    String text = lineFeeds(decode(name, content, notes), notes);
    if (text.isBlank()) {
      throw new UnreadablePatchException(name + ": the file is blank");
    }
    ImmutableList.Builder<PatchText> texts = ImmutableList.builder();
    int line = 1;
    int number = 0;
    for (String part : mails(text)) {
      texts.add(text(name, ++number, line, part, notes));
      line += (int) part.chars().filter(c -> c == '\n').count();
    }
    return texts.build();
  }

  private static String decode(String name, byte[] content, List<String> notes) {
    if (startsWith(content, 0xFE, 0xFF) || startsWith(content, 0xFF, 0xFE)) {
      throw new UnreadablePatchException(name + ":1: the text is UTF-16: save it as UTF-8");
    }
    int line = 1;
    for (byte b : content) {
      if (b == 0) {
        throw new UnreadablePatchException(
            name + ":" + line + ": a NUL byte: this is no text, or not in UTF-8");
      }
      line += b == '\n' ? 1 : 0;
    }
    int from = startsWith(content, 0xEF, 0xBB, 0xBF) ? 3 : 0;
    ByteBuffer bytes = ByteBuffer.wrap(content, from, content.length - from);
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .decode(bytes)
          .toString();
    } catch (CharacterCodingException e) {
      notes.add("not UTF-8: read as ISO-8859-1");
      return new String(content, StandardCharsets.ISO_8859_1);
    }
  }

  private static boolean startsWith(byte[] content, int... start) {
    for (int i = 0; i < start.length; i++) {
      if (i >= content.length || (content[i] & 0xFF) != start[i]) {
        return false;
      }
    }
    return true;
  }

  private static String lineFeeds(String text, List<String> notes) {
    if (text.indexOf('\r') < 0) {
      return text;
    }
    notes.add("CRLF at line ends: read as LF");
    return text.replace("\r\n", "\n");
  }

  private static ImmutableList<String> mails(String text) {
    Matcher from = MBOX_FROM.matcher(text);
    ImmutableList.Builder<String> mails = ImmutableList.builder();
    int start = 0;
    while (from.find()) {
      boolean isBehindBlank = from.start() == 0 || text.startsWith("\n\n", from.start() - 2);
      if (from.start() > 0
          && isBehindBlank
          && HEADER.matcher(text.substring(from.start())).find()) {
        mails.add(text.substring(start, from.start()));
        start = from.start();
      }
    }
    return mails.add(text.substring(start)).build();
  }

  private static PatchText text(
      String name, int number, int line, String mail, List<String> notes) {
    int blank = mail.indexOf("\n\n");
    boolean isEncoded =
        blank >= 0
            && HEADER.matcher(mail).find()
            && ENCODED.matcher(mail.substring(0, blank)).find();
    if (!isEncoded) {
      return PatchText.asItIs(name, line, mail, ImmutableList.copyOf(notes));
    }
    try {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      String headers = mail.replaceFirst("^From \\S+ .*\\n", "");
      DefaultMessageBuilder builder = new DefaultMessageBuilder();
      StringBuilder decoded = new StringBuilder();
      Message message =
          builder.parseMessage(new ByteArrayInputStream(headers.getBytes(StandardCharsets.UTF_8)));
      append(message, body, decoded);
      return new PatchText(
          name + " (mail " + number + ", decoded)",
          1,
          PatchText.oneLine(Strings.nullToEmpty(message.getSubject())),
          decoded.toString().replace("\r\n", "\n"),
          ImmutableList.<String>builder()
              .addAll(notes)
              .add("mail " + number + " is encoded: line numbers count from its decoded text")
              .build());
    } catch (IOException e) {
      throw new UnreadablePatchException(
          name + ":" + line + ": the mail cannot be decoded: " + e.getMessage());
    }
  }

  private static void append(Entity entity, ByteArrayOutputStream buffer, StringBuilder decoded)
      throws IOException {
    Body body = entity.getBody();
    if (body instanceof Multipart multipart) {
      for (Entity part : multipart.getBodyParts()) {
        append(part, buffer, decoded);
      }
    } else if (body instanceof SingleBody single) {
      buffer.reset();
      single.writeTo(buffer);
      decoded.append(buffer.toString(charset(entity)));
    }
  }

  private static Charset charset(Entity entity) {
    try {
      return entity.getCharset() == null || entity.getCharset().equalsIgnoreCase("us-ascii")
          ? StandardCharsets.UTF_8
          : Charset.forName(entity.getCharset());
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      return StandardCharsets.UTF_8;
    }
  }
}
