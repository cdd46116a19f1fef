package org.cowcheck.journal;

import com.google.common.collect.ImmutableBiMap;
import com.google.common.collect.Interner;
import com.google.common.collect.Interners;
import com.google.common.hash.Hashing;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonDeserializer;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.util.function.IntPredicate;

/**
 * An entry as one line: a JSON object whose last field is the CRC-32 of the text before that field.
 */
final class JournalLine {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
  private static final String WITNESS = "witness";
  private static final String TYPE = "type";
  private static final String RUN = "run";
  private static final String NO_OBJECT = "it is no JSON object of a journal";
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

  /** Reads lines of one journal; texts that are there again and again are kept once. */
  static final class Reader {
    private final IntPredicate witnessed;
    private final Interner<String> texts = Interners.newStrongInterner();
    private final Gson gson =
        new GsonBuilder()
            .registerTypeAdapter(
                String.class,
                (JsonDeserializer<String>)
                    (text, type, context) -> texts.intern(text.getAsString()))
            .create();

    /**
     * A reader.
     *
     * @param witnessed of which runs witnesses are kept: these are nearly all of a journal
     */
    Reader(IntPredicate witnessed) {
      this.witnessed = witnessed;
    }

    /**
     * The entry of a line.
     *
     * @throws DamagedException if it is none; the message says why
     */
    Entry parse(String line) throws DamagedException {
      JsonObject object = object(line);
      try {
        JsonElement type = object.get(TYPE);
        Class<? extends Entry> of = type == null ? null : TYPES.get(type.getAsString());
        if (of == null) {
          throw new DamagedException("it is of no known type");
        }
        if (object.has(WITNESS) && !witnessed.test(object.get(RUN).getAsInt())) {
          object.remove(WITNESS);
        }
        return gson.fromJson(object, of);
      } catch (JsonParseException | IllegalStateException | UnsupportedOperationException e) {
        throw new DamagedException(NO_OBJECT);
      }
    }
  }

  private static JsonObject object(String line) throws DamagedException {
    int at = line.length() - END.length() - DIGITS - SUM.length();
    if (at < 0 || !line.endsWith(END) || !line.startsWith(SUM, at)) {
      throw new DamagedException("it does not end in a checksum");
    }
    String body = line.substring(0, at);
    if (!line.substring(at + SUM.length(), line.length() - END.length()).equals(sum(body))) {
      throw new DamagedException("its checksum is wrong");
    }
    try {
      return JsonParser.parseString(body + "}").getAsJsonObject();
    } catch (JsonParseException | IllegalStateException e) {
      throw new DamagedException(NO_OBJECT);
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
