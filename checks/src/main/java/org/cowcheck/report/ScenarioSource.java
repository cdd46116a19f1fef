package org.cowcheck.report;

import com.google.common.base.Splitter;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.text.WordUtils;
import org.cowcheck.client.Operation;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.verdict.Cause;
import org.cowcheck.verdict.Finding;
import org.cowcheck.verdict.Witness;

/**
 * A finding as the source of a scenario, to be put among those of the catalogue: its story is made
 * from the witness, its setting from the client program.
 */
public final class ScenarioSource {
  private static final int WIDTH = 88;

  private final Finding finding;

  private ScenarioSource(Finding finding) {
    this.finding = finding;
  }

  /** The name of the class, such as {@code ForkVersusPinFastWrite}. */
  public static String className(Finding finding) {
    String name =
        Splitter.on('-')
            .splitToStream(finding.name())
            .map(word -> word.equals("vs") ? "Versus" : capital(word))
            .collect(Collectors.joining());
    return Character.isLetter(name.charAt(0)) ? name : "Program" + name;
  }

  private static String capital(String word) {
    return word.isEmpty() ? "" : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
  }

  /** The source of the class, in the package of scenarios. */
  public static String print(Finding finding) {
    return new ScenarioSource(finding).print();
  }

  private String print() {
    return """
        package org.cowcheck.scenario;

        import com.google.common.collect.ImmutableList;
        import com.google.common.collect.ImmutableSet;
        import org.cowcheck.client.ClientProgram;
        import org.cowcheck.patch.Patch;
        import org.cowcheck.patch.Patches;

        /**%s*/
        final class %s {
          private static final ImmutableSet<String> PATCHES =
              ImmutableSet.of(%s);

          static final Scenario SCENARIO =
              new Scenario(
                  "%s",
                  %s,
                  ""\"
        %s          ""\",
                  "%s",
                  ImmutableList.of(
                      "zap is MADV_DONTNEED: no VMA is detached",
                      "operations that the lock of the anon_vma keeps apart hold it for all of their"
                          + " paths"),
                  patches(),
                  ClientProgram.parse("%s")::setting);

          private %s() {}

          private static ImmutableList<Patch> patches() {
            return Patches.all().stream()
                .filter(patch -> PATCHES.contains(patch.name()))
                .collect(ImmutableList.toImmutableList());
          }
        }
        """
        .formatted(
            comment(),
            className(finding),
            patches(),
            finding.name(),
            title(),
            story(),
            source(),
            finding.program(),
            className(finding));
  }

  private String comment() {
    String title = sentence(finding.cell().scenario().title()).replace("*/", "* /");
    return title.length() <= WIDTH
        ? " " + title + " "
        : "\n * " + WordUtils.wrap(title, WIDTH, "\n * ", false) + "\n ";
  }

  /** The title, in two parts if it is long. */
  private String title() {
    String title = quoted(finding.cell().scenario().title());
    int at = title.length() <= WIDTH - 4 ? -1 : title.lastIndexOf(' ', WIDTH - 6);
    return at < 0
        ? '"' + title + '"'
        : '"' + title.substring(0, at) + "\"\n              + \"" + title.substring(at) + '"';
  }

  private static String sentence(String text) {
    return capital(text) + ".";
  }

  /** The kernel states that have all operations, and the patch that it was found under. */
  private String patches() {
    boolean isInAll = !finding.program().operations().contains(Operation.UNSHARE);
    return Stream.concat(
            Patches.states().stream().filter(state -> isInAll || state.base().hasAnonExclusive()),
            Stream.of(finding.cell().patch()).filter(patch -> Patches.all().contains(patch)))
        .map(Patch::name)
        .distinct()
        .map(name -> '"' + name + '"')
        .collect(Collectors.joining(", "));
  }

  private String source() {
    return quoted(
        switch (finding.standing()) {
          case KNOWN -> "found by a hunt; known as " + finding.like().get(0).scenario();
          case VARIANT -> "found by a hunt; a variant of " + finding.like().get(0).scenario();
          case NEW -> "found by a hunt; nobody has reported it";
        });
  }

  private String story() {
    Witness witness = finding.outcome().witness().orElseThrow();
    Cause cause = finding.cause();
    StringBuilder words = new StringBuilder();
    words.append("Under ").append(finding.cell().patch().name()).append(", ");
    words.append(cause.broken()).append(". ");
    words.append(
        cause.reordered().isEmpty()
            ? "An interleaving is enough. "
            : "It takes a reordering: "
                + cause.reordered().stream()
                    .map(Cause.Swap::toString)
                    .collect(Collectors.joining(", "))
                + ". ");
    if (!cause.order().isEmpty()) {
      words.append("What decides: ");
      words.append(
          cause.order().stream().map(Cause.Before::words).collect(Collectors.joining(", ")));
      words.append('.');
    }
    String text =
        WordUtils.wrap(words.toString().strip(), WIDTH, "\n", false)
            + "\n\n"
            + StoryColumns.print(witness, cause);
    return text.lines()
        .map(ScenarioSource::inTextBlock)
        .map(line -> line.isEmpty() ? "\n" : "          " + line + "\n")
        .collect(Collectors.joining());
  }

  private static String inTextBlock(String line) {
    return line.replace("\\", "\\\\").replace("\"\"\"", "\\\"\"\"");
  }

  private static String quoted(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }
}
