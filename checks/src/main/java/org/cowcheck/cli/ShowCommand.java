package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.stream.Collectors;
import org.cowcheck.diff.ReadingText;
import org.cowcheck.memory.Step;
import org.cowcheck.mm.paths.Paths;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Patch;
import org.cowcheck.variant.VariantText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cowcheck show}: the variant that a patch stands for. */
@Command(
    name = "show",
    description = {
      "Prints the variant that a patch stands for: a file that --patch takes, to edit it further.",
      "Of a diff it also prints, as comments, what each hunk is to the model."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:the variant is printed", "2:usage or bad input"})
final class ShowCommand implements Runnable {
  @Parameters(
      paramLabel = "PATCH",
      description = "A patch from 'list', a commit, a file of a variant (*.yaml) or a diff.")
  private String argument;

  @Option(
      names = "--base",
      paramLabel = "NAME",
      description = "The patch that a diff applies to. Default: guessed.")
  private String base;

  @Override
  public void run() {
    ImmutableList<PatchArgument> all = PatchArgument.all(List.of(argument), base);
    if (all.size() > 1) {
      throw new BadInputException(
          "'%s' means %d patches; name one".formatted(argument, all.size()));
    }
    PatchArgument asked = all.get(0);
    String comment =
        asked.reading().map(reading -> ReadingText.of(reading) + "\n").orElse("")
            + steps(asked.patch());
    System.out.print(
        VariantText.print(asked.patch()) + (comment.isEmpty() ? "" : "\n" + commented(comment)));
  }

  /** What the edited steps are. */
  private static String steps(Patch patch) {
    ImmutableMap<String, Step> steps =
        Paths.all().stream()
            .flatMap(path -> path.all().stream())
            .collect(ImmutableMap.toImmutableMap(Step::label, step -> step));
    return patch.edits().stream()
        .map(Edit::label)
        .distinct()
        .filter(steps::containsKey)
        .map(steps::get)
        .map(step -> "(%s) %s: %s\n".formatted(step, step.function(), step.what()))
        .collect(Collectors.joining());
  }

  private static String commented(String text) {
    return text.lines()
        .map(line -> ("# " + line).stripTrailing() + "\n")
        .collect(Collectors.joining());
  }
}
