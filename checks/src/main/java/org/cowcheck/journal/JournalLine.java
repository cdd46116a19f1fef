package org.cowcheck.journal;

import com.google.common.collect.ImmutableBiMap;
import com.google.common.hash.Hashing;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;

/**
 * An entry as one line: a JSON object whose last field is the CRC-32 of the text before that field.
 */
final class JournalLine {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
  private static final String TYPE = "type";
  private static final String SUM = ",\"crc32\":\"";
  private static final String END = "\"}";
  private static final int DIGITS = 8;

  private static final ImmutableBiMap<String, Class<? extends Entry>> TYPES =
      ImmutableBiMap.of(
          "journal", Entry.Head.class,
          "run", Entry.RunBegun.class,
          "resumed", Entry.RunResumed.class,
          "cell", Entry.CellDone.class,
          "end", Entry.RunEnded.class);

  private JournalLine() {}

  /** The line of an entry, without the line feed. */
  static String print(Entry entry) {
    JsonObject object = new JsonObject();
    object.addProperty(TYPE, TYPES.inverse().get(entry.getClass()));
    GSON.toJsonTree(entry).getAsJsonObject().asMap().forEach(object::add);
    String text = GSON.toJson(object);
    String body = text.substring(0, text.length() - 1);
    return body + SUM + sum(body) + END;
  }

  /**
   * The entry of a line.
   *
   * @throws DamagedException if it is none; the message says why
   */
  static Entry parse(String line) throws DamagedException {
    int at = line.length() - END.length() - DIGITS - SUM.length();
    if (at < 0 || !line.endsWith(END) || !line.startsWith(SUM, at)) {
      throw new DamagedException("it does not end in a checksum");
    }
    String body = line.substring(0, at);
    if (!line.substring(at + SUM.length(), line.length() - END.length()).equals(sum(body))) {
      throw new DamagedException("its checksum is wrong");
    }
    try {
      JsonObject object = JsonParser.parseString(body + "}").getAsJsonObject();
      JsonElement type = object.get(TYPE);
      Class<? extends Entry> of = type == null ? null : TYPES.get(type.getAsString());
      if (of == null) {
        throw new DamagedException("it is of no known type");
      }
      return GSON.fromJson(object, of);
    } catch (JsonParseException | IllegalStateException | UnsupportedOperationException e) {
      throw new DamagedException("it is no JSON object of a journal");
    }
  }

  private static String sum(String body) {
    return String.format(
        "%08x", Hashing.crc32().hashString(body, StandardCharsets.UTF_8).padToLong());
  }

  /** A line that is no entry. */
  static final class DamagedException extends Exception {
    private static final long serialVersionUID = 1;

    DamagedException(String message) {
      super(message);
    }
  }
}
