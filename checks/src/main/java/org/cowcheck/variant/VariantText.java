package org.cowcheck.variant;

import static java.util.stream.Collectors.joining;

import com.google.common.collect.Iterables;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.cowcheck.memory.Fence;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Patch;

/** Prints a patch as the file of a variant, as {@link VariantReader} reads it. */
public final class VariantText {
  /** What YAML reads as a word without quotes, whatever comes first or last. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9 _.,/+()*;-]*(?<! )");

  private static final Pattern NOT_A_STRING =
      Pattern.compile("(?i)true|false|yes|no|on|off|null|y|n");

  private final Patch patch;
  private final StringBuilder text = new StringBuilder();

  private VariantText(Patch patch) {
    this.patch = patch;
  }

  /** The text, on top of the kernel state that the patch starts from. */
  public static String print(Patch patch) {
    return new VariantText(patch).print();
  }

  private String print() {
    key("name", quoted(patch.name()));
    key("title", quoted(patch.title()));
    key("base", patch.base().name());
    key("flag", last(Edit.UseFlag.class, Edit.UseFlag::flag));
    section("hunks");
    key("  add", labels(Edit.AddHunk.class));
    key("  drop", labels(Edit.DropHunk.class));
    key(
        "move",
        list(
            Edit.Move.class,
            move -> "{hunk: %s, after: %s}".formatted(move.label(), move.after())));
    section("fences");
    key("  drop", labels(Edit.DropFence.class));
    key(
        "  replace",
        list(
            Edit.ReplaceFence.class,
            replace -> "{at: %s, fence: %s}".formatted(replace.label(), name(replace.fence()))));
    key("  insert", list(Edit.class, VariantText::inserted));
    section("rechecks");
    key("  drop", labels(Edit.DropRecheck.class));
    section("locks");
    key("  drop", labels(Edit.DropLock.class));
    key("atomic", labels(Edit.MakeAtomic.class));
    key("nonatomic", labels(Edit.MakeNonAtomic.class));
    key("mark", labels(Edit.Mark.class));
    key("unmark", labels(Edit.Unmark.class));
    return text.toString().replaceAll("(?m)^\\w+:\\n(?! )", "");
  }

  private void section(String name) {
    text.append(name).append(":\n");
  }

  private void key(String name, String value) {
    if (!value.isEmpty()) {
      text.append(name).append(": ").append(value).append('\n');
    }
  }

  private String labels(Class<? extends Edit> kind) {
    return list(kind, Edit::label);
  }

  private <T extends Edit> String list(Class<T> kind, Function<T, String> item) {
    String items =
        StreamSupport.stream(Iterables.filter(patch.edits(), kind).spliterator(), false)
            .map(item)
            .filter(text -> !text.isEmpty())
            .collect(joining(", "));
    return items.isEmpty() ? "" : "[" + items + "]";
  }

  private <T extends Edit> String last(Class<T> kind, Function<T, String> item) {
    T edit = Iterables.getLast(Iterables.filter(patch.edits(), kind), null);
    return edit == null ? "" : item.apply(edit);
  }

  private static String inserted(Edit edit) {
    if (edit instanceof Edit.InsertBefore insert) {
      return "{before: %s, fence: %s}".formatted(insert.label(), name(insert.fence()));
    }
    return edit instanceof Edit.InsertAfter insert
        ? "{after: %s, fence: %s}".formatted(insert.label(), name(insert.fence()))
        : "";
  }

  private static String name(Fence fence) {
    return fence.kernelName();
  }

  private static String quoted(String text) {
    return PLAIN.matcher(text).matches() && !NOT_A_STRING.matcher(text).matches()
        ? text
        : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
