package org.cowcheck.variant;

import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A YAML text of maps, lists and words, whose every complaint says file, line and column. */
final class YamlText {
  /** More bytes than that are no variant. */
  static final int MAX_BYTES = 1 << 20;

  /** A map in a list in a map in a map is as deep as a variant goes. */
  private static final int MAX_DEPTH = 8;

  /** The tags of words that have none in the text. */
  private static final ImmutableSet<Tag> CORE =
      ImmutableSet.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL);

  private final String file;
  private int depth;

  YamlText(String file) {
    this.file = file;
  }

  /** The map that the text is. */
  Node parse(byte[] content) {
    if (content.length > MAX_BYTES) {
      throw new UnreadableVariantException(
          "%s: expected a variant file of at most %,d bytes, found more"
              .formatted(file, MAX_BYTES));
    }
    String text = decode(content);
    LoadSettings settings =
        LoadSettings.builder().setLabel(file).setCodePointLimit(MAX_BYTES).build();
    try {
      for (Event event : new Parse(settings).parseString(text)) {
        lookAt(event);
      }
      Optional<Node> root = new Compose(settings).composeString(text);
      return root.orElseThrow(
          () ->
              new UnreadableVariantException(
                  file + ":1:1: expected a variant, such as 'base: S3', found nothing"));
    } catch (MarkedYamlEngineException e) {
      throw new UnreadableVariantException(
          e.getProblemMark().or(e::getContextMark).map(this::place).orElse(file)
              + ": expected YAML, found that "
              + problem(e));
    } catch (ReaderException e) {
      throw new UnreadableVariantException(
          placeOf(text, e.getPosition())
              + ": expected text, found the character U+%04X".formatted(e.getCodePoint()));
    } catch (YamlEngineException e) {
      throw new UnreadableVariantException(file + ": expected YAML, found that " + e.getMessage());
    }
  }

  private String decode(byte[] content) {
    ByteBuffer bytes = ByteBuffer.wrap(content);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      String before = new String(content, 0, bytes.position(), StandardCharsets.UTF_8);
      throw new UnreadableVariantException(
          "%s: expected text in UTF-8, found the byte 0x%02X"
              .formatted(placeOf(before, before.length()), content[bytes.position()]));
    }
  }

  private void lookAt(Event event) {
    if (event instanceof AliasEvent) {
      throw error(event.getStartMark(), "an alias (*) means nothing here; write it out");
    }
    if (event instanceof CollectionStartEvent) {
      depth++;
      if (depth > MAX_DEPTH) {
        throw error(event.getStartMark(), "this is deeper than any variant goes");
      }
    } else if (event instanceof CollectionEndEvent) {
      depth--;
    }
  }

  private static String problem(MarkedYamlEngineException e) {
    String context = e.getContext() == null ? "" : e.getContext() + ": ";
    return (context + e.getProblem()).replaceAll("\\s*\\R\\s*", " ");
  }

  private String place(Mark mark) {
    return "%s:%d:%d".formatted(file, mark.getLine() + 1, mark.getColumn() + 1);
  }

  private String placeOf(String text, int position) {
    String before = text.substring(0, Math.min(position, text.length()));
    int lines = (int) before.chars().filter(c -> c == '\n').count();
    return "%s:%d:%d".formatted(file, lines + 1, before.length() - before.lastIndexOf('\n'));
  }

  private UnreadableVariantException error(Optional<Mark> mark, String message) {
    return new UnreadableVariantException(mark.map(this::place).orElse(file) + ": " + message);
  }

  /** A complaint about a node. */
  UnreadableVariantException error(Node node, String message) {
    return error(node.getStartMark(), message);
  }

  /** The values of a map that has no other keys than these. */
  Map<String, Node> map(Node node, ImmutableSet<String> keys) {
    if (!(node instanceof MappingNode map)) {
      throw error(node, "expected a map with %s, found %s".formatted(names(keys), show(node)));
    }
    Map<String, Node> values = new LinkedHashMap<>();
    for (NodeTuple entry : map.getValue()) {
      String key = word(entry.getKeyNode());
      if (!keys.contains(key)) {
        throw error(
            entry.getKeyNode(),
            "unknown key '%s'; did you mean %s? (there are %s)"
                .formatted(key, NearNames.either(key, keys), names(keys)));
      }
      if (values.put(key, entry.getValueNode()) != null) {
        throw error(entry.getKeyNode(), "the key '%s' is there twice".formatted(key));
      }
    }
    return values;
  }

  private static String names(ImmutableSet<String> keys) {
    return keys.stream().collect(joining(", "));
  }

  /** The items of a list. */
  ImmutableList<Node> list(Node node) {
    if (node instanceof SequenceNode list) {
      return ImmutableList.copyOf(list.getValue());
    }
    throw error(
        node,
        node instanceof ScalarNode scalar && !scalar.getValue().isEmpty()
            ? "expected a list, such as [%s], found '%<s'".formatted(scalar.getValue())
            : "expected a list in [], found " + show(node));
  }

  /** A word, as it is written. */
  String word(Node node) {
    if (!(node instanceof ScalarNode scalar) || scalar.getValue().isEmpty()) {
      throw error(node, "expected a word, found " + show(node));
    }
    if (!CORE.contains(scalar.getTag())) {
      throw error(node, "expected a word, found one with the tag " + scalar.getTag());
    }
    return scalar.getValue();
  }

  private static String show(Node node) {
    if (node instanceof MappingNode) {
      return "a map";
    }
    return node instanceof SequenceNode
        ? "a list"
        : ((ScalarNode) node).getValue().isEmpty()
            ? "nothing"
            : "'" + shorten(((ScalarNode) node).getValue()) + "'";
  }

  private static String shorten(String text) {
    String line = text.lines().findFirst().orElse("");
    return line.length() > 40 ? line.substring(0, 40) + "..." : line;
  }
}
