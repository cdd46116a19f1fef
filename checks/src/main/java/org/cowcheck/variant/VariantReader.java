package org.cowcheck.variant;

import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Iterables;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Step;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.paths.Paths;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads a variant: a patch as a small file in YAML, as {@link VariantText} prints it.
 *
 * <pre>
 *   name: seed-with-smp-wmb
 *   title: the seed with smp_wmb() on free
 *   base: seed
 *   fences:
 *     replace: [{at: F9, fence: smp_wmb}]
 * </pre>
 *
 * What the base does not have cannot be dropped, and what it has cannot be added.
 */
public final class VariantReader {
  private static final ImmutableSet<String> KEYS =
      ImmutableSet.of(
          "name",
          "title",
          "base",
          "flag",
          "hunks",
          "move",
          "fences",
          "rechecks",
          "locks",
          "atomic",
          "nonatomic",
          "mark",
          "unmark");

  private static final ImmutableSet<String> ADD_DROP = ImmutableSet.of("add", "drop");
  private static final ImmutableSet<String> DROP = ImmutableSet.of("drop");
  private static final ImmutableSet<String> FENCES = ImmutableSet.of("drop", "replace", "insert");
  private static final ImmutableSet<String> REPLACE = ImmutableSet.of("at", "fence");
  private static final ImmutableSet<String> INSERT = ImmutableSet.of("before", "after", "fence");
  private static final ImmutableSet<String> MOVE = ImmutableSet.of("hunk", "after");

  /** What goes into the name of a file, and into a table. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,79}");

  private static final int MAX_TITLE = 200;

  private static final ImmutableMap<String, Step> STEPS =
      Paths.all().stream()
          .flatMap(path -> path.all().stream())
          .collect(ImmutableMap.toImmutableMap(Step::label, step -> step));

  /** The barriers that may be put somewhere, by their names in the kernel. */
  private static final ImmutableMap<String, Fence> INSERTABLE =
      Arrays.stream(Fence.values())
          .filter(
              fence ->
                  !fence.isSectional() || fence == Fence.SYNCHRONIZE_RCU || fence == Fence.IPI_SYNC)
          .collect(ImmutableMap.toImmutableMap(Fence::kernelName, fence -> fence));

  private final YamlText yaml;
  private final EditedKernel kernel;

  private VariantReader(YamlText yaml, EditedKernel kernel) {
    this.yaml = yaml;
    this.kernel = kernel;
  }

  /**
   * Reads a file.
   *
   * @param file its name, for messages; without folders and ending it is the patch's, if the file
   *     gives none
   * @throws UnreadableVariantException if it says what cannot be
   */
  public static Variant read(String file, byte[] content) {
    return read(file, content, base -> new EditedKernel(base, StepParts.read()));
  }

  /**
   * Reads what {@link VariantText} has printed. Edits that change nothing are read, too.
   *
   * @param file for messages
   */
  public static Patch reread(String file, String text) {
    return read(file, text.getBytes(StandardCharsets.UTF_8), EditedKernel::unchecked).patch();
  }

  private static Variant read(String file, byte[] content, Function<Patch, EditedKernel> kernels) {
    YamlText yaml = new YamlText(file);
    Node root = yaml.parse(content);
    Map<String, Node> keys = yaml.map(root, KEYS);
    if (!keys.containsKey("base")) {
      throw yaml.error(root, "expected 'base', such as 'base: S3', found none");
    }
    Patch base = base(yaml, keys.get("base"));
    VariantReader reader = new VariantReader(yaml, kernels.apply(base));
    reader.edits(keys);
    String name = keys.containsKey("name") ? yaml.word(keys.get("name")) : nameOf(file);
    Node named = keys.getOrDefault("name", root);
    if (!NAME.matcher(name).matches()) {
      throw yaml.error(
          named,
          "expected a name of at most 80 letters, digits and . _ + -, found '%s'".formatted(name));
    }
    String title =
        keys.containsKey("title") ? yaml.word(keys.get("title")) : "a variant of " + base.name();
    if (title.length() > MAX_TITLE || title.lines().count() != 1) {
      throw yaml.error(
          keys.get("title"),
          "expected a title of one line of at most %d letters".formatted(MAX_TITLE));
    }
    Patch patch = new Patch(name, title, base.base(), reader.kernel.edits());
    for (Patch known : Patches.all()) {
      if (known.name().equals(name) && !known.isAlike(patch)) {
        throw yaml.error(
            named,
            "'%s' is the name of a patch that makes something else; give this one another"
                .formatted(name));
      }
    }
    return new Variant(patch, base);
  }

  private static String nameOf(String file) {
    return file.replaceFirst("^.*[/\\\\]", "").replaceFirst("\\.ya?ml$", "");
  }

  private static Patch base(YamlText yaml, Node node) {
    String name = yaml.word(node);
    ImmutableList<Patch> named = KnownPatches.named(name);
    if (named.isEmpty()) {
      throw yaml.error(
          node,
          "unknown base '%s'; did you mean %s? ('list' shows all patches)"
              .formatted(name, NearNames.either(name, names(Patches.all()))));
    }
    if (named.size() > 1) {
      throw yaml.error(
          node,
          "'%s' means %d patches: %s; name one"
              .formatted(name, named.size(), names(named).stream().collect(joining(", "))));
    }
    return named.get(0);
  }

  private static ImmutableList<String> names(ImmutableList<Patch> patches) {
    return patches.stream().map(Patch::name).collect(ImmutableList.toImmutableList());
  }

  private void edits(Map<String, Node> keys) {
    if (keys.containsKey("flag")) {
      flag(keys.get("flag"));
    }
    if (keys.containsKey("hunks")) {
      Map<String, Node> hunks = yaml.map(keys.get("hunks"), ADD_DROP);
      each(hunks.get("add"), Edit.AddHunk::new);
      each(hunks.get("drop"), Edit.DropHunk::new);
    }
    for (Node item : items(keys.get("move"))) {
      Map<String, Node> move = all(item, MOVE);
      Step hunk = step(move.get("hunk"));
      Step after = step(move.get("after"));
      make(item, hunk, new Edit.Move(hunk.label(), after.label()));
    }
    if (keys.containsKey("fences")) {
      fences(yaml.map(keys.get("fences"), FENCES));
    }
    if (keys.containsKey("rechecks")) {
      each(yaml.map(keys.get("rechecks"), DROP).get("drop"), Edit.DropRecheck::new);
    }
    if (keys.containsKey("locks")) {
      each(yaml.map(keys.get("locks"), DROP).get("drop"), Edit.DropLock::new);
    }
    each(keys.get("atomic"), Edit.MakeAtomic::new);
    each(keys.get("nonatomic"), Edit.MakeNonAtomic::new);
    each(keys.get("mark"), Edit.Mark::new);
    each(keys.get("unmark"), Edit.Unmark::new);
  }

  private void flag(Node node) {
    String flag = yaml.word(node);
    if (!PageFlag.candidates().contains(flag)) {
      throw yaml.error(
          node,
          "'%s' cannot serve as PG_anon_exclusive; these can: %s"
              .formatted(flag, String.join(", ", PageFlag.candidates())));
    }
    make(node, Step.NONE, new Edit.UseFlag(flag));
  }

  private void fences(Map<String, Node> fences) {
    each(fences.get("drop"), Edit.DropFence::new);
    for (Node item : items(fences.get("replace"))) {
      Map<String, Node> replace = all(item, REPLACE);
      Step step = step(replace.get("at"));
      Fence fence = fence(replace.get("fence"));
      if (fence.isSectional()) {
        throw yaml.error(
            replace.get("fence"),
            fence.kernelName() + " waits for sections; insert it, and drop the barrier");
      }
      make(item, step, new Edit.ReplaceFence(step.label(), fence));
    }
    for (Node item : items(fences.get("insert"))) {
      Map<String, Node> insert = yaml.map(item, INSERT);
      if (insert.containsKey("before") == insert.containsKey("after")
          || !insert.containsKey("fence")) {
        throw yaml.error(
            item,
            "expected 'before' or 'after', and 'fence', such as {before: W17, fence: smp_wmb}");
      }
      Fence fence = fence(insert.get("fence"));
      boolean before = insert.containsKey("before");
      Step step = step(insert.get(before ? "before" : "after"));
      make(
          item,
          step,
          before
              ? new Edit.InsertBefore(step.label(), fence)
              : new Edit.InsertAfter(step.label(), fence));
    }
  }

  private ImmutableList<Node> items(Node list) {
    return list == null ? ImmutableList.of() : yaml.list(list);
  }

  private void each(Node list, Function<String, Edit> edit) {
    for (Node item : items(list)) {
      Step step = step(item);
      make(item, step, edit.apply(step.label()));
    }
  }

  private void make(Node node, Step step, Edit edit) {
    String why = kernel.make(step, edit);
    if (!why.isEmpty()) {
      throw yaml.error(node, why);
    }
  }

  /** The values of a map that has all of these keys. */
  private Map<String, Node> all(Node node, ImmutableSet<String> keys) {
    Map<String, Node> values = yaml.map(node, keys);
    for (String key : keys) {
      if (!values.containsKey(key)) {
        throw yaml.error(node, "expected '%s', found none".formatted(key));
      }
    }
    return values;
  }

  private Step step(Node node) {
    String label = yaml.word(node);
    Step step = STEPS.get(label);
    if (step == null) {
      throw yaml.error(
          node,
          "unknown step '%s'; did you mean %s? ('steps' shows all)"
              .formatted(label, NearNames.either(label, STEPS.keySet())));
    }
    return step;
  }

  private Fence fence(Node node) {
    String name = yaml.word(node).replaceFirst("\\(\\)$", "");
    Fence fence = INSERTABLE.get(name);
    if (fence == null) {
      throw yaml.error(
          node,
          "unknown fence '%s'; did you mean %s? (there are %s)"
              .formatted(
                  name,
                  NearNames.either(name, INSERTABLE.keySet()),
                  Iterables.toString(INSERTABLE.keySet()).replaceAll("[\\[\\]]", "")));
    }
    return fence;
  }
}
