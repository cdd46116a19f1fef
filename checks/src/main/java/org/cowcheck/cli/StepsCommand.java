package org.cowcheck.cli;

import com.google.common.base.Strings;
import com.google.common.collect.ImmutableList;
import com.google.gson.GsonBuilder;
import java.util.List;
import java.util.stream.Stream;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.paths.Paths;
import org.cowcheck.variant.NearNames;
import org.cowcheck.variant.PossibleEdits;
import org.cowcheck.variant.StepParts;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cowcheck steps}: the labelled steps, and what a variant can change at each. */
@Command(
    name = "steps",
    description = {
      "Lists the kernel's paths step by step, with the edits that a variant can make at each, by"
          + " the keys of its file.",
      "A fence can be inserted before and after every step."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:the steps are listed", "2:usage or bad input"})
final class StepsCommand implements Runnable {
  @Parameters(
      arity = "0..1",
      paramLabel = "PATH",
      description =
          "Only these: a path, a kernel function, a label, or the letters that labels begin with.")
  private String chosen;

  @Option(names = "--format", paramLabel = "FORMAT", description = "text or json. Default: text.")
  private Format format = Format.text;

  /** How the argument selects. */
  private enum How {
    /** It is a label. */
    LABEL,
    /** It is a path, a function, or the letters of labels. */
    NAME,
    /** Labels begin with it. */
    BEGINNING
  }

  private How how;

  /** Steps of a path, as other programs read them. */
  private record Listed(String path, String source, List<ListedStep> steps) {}

  /**
   * A step. The names of the fields are stable.
   *
   * @param partner the label of the step whose barrier this one's is paired with, or null
   * @param executed whether some scenario executes it
   * @param fences its barriers, in some kernel state on some platform
   * @param edits what a variant can change, by the keys of its file
   */
  private record ListedStep(
      String label,
      String function,
      String what,
      String partner,
      boolean executed,
      List<String> fences,
      List<String> edits) {}

  @Override
  public void run() {
    how = chosen == null ? How.NAME : how();
    PossibleEdits possible = new PossibleEdits(StepParts.read());
    ImmutableList<Listed> listed =
        Paths.all().stream()
            .map(path -> listed(path, possible))
            .filter(path -> !path.steps().isEmpty())
            .collect(ImmutableList.toImmutableList());
    if (listed.isEmpty()) {
      throw new BadInputException(
          "unknown path '%s'; did you mean %s? ('steps' shows all)"
              .formatted(chosen, NearNames.either(chosen, names())));
    }
    System.out.print(
        format == Format.json
            ? new GsonBuilder()
                    .setPrettyPrinting()
                    .disableHtmlEscaping()
                    .serializeNulls()
                    .create()
                    .toJson(listed)
                + "\n"
            : text(listed));
  }

  private Listed listed(Steps path, PossibleEdits possible) {
    return new Listed(
        path.path(),
        path.source().getSimpleName(),
        path.all().stream()
            .filter(step -> isChosen(path, step))
            .map(step -> listed(step, possible))
            .toList());
  }

  private static ListedStep listed(Step step, PossibleEdits possible) {
    return new ListedStep(
        step.label(),
        step.function(),
        step.what(),
        step.partner().isEmpty() ? null : step.partner(),
        possible.isExecuted(step),
        possible.fences(step),
        possible.at(step));
  }

  private boolean isChosen(Steps path, Step step) {
    if (chosen == null) {
      return true;
    }
    return switch (how) {
      case LABEL -> step.label().equals(chosen);
      case NAME -> isNamed(path, step);
      case BEGINNING -> step.label().startsWith(chosen);
    };
  }

  private boolean isNamed(Steps path, Step step) {
    return chosen.equals(path.path())
        || chosen.equals(path.source().getSimpleName())
        || chosen.equals(step.kernelFunction())
        || chosen.equals(step.label().replaceFirst("\\d.*", ""));
  }

  private How how() {
    if (steps().anyMatch(step -> step.label().equals(chosen))) {
      return How.LABEL;
    }
    return Paths.all().stream()
            .anyMatch(path -> path.all().stream().anyMatch(step -> isNamed(path, step)))
        ? How.NAME
        : How.BEGINNING;
  }

  private static Stream<Step> steps() {
    return Paths.all().stream().flatMap(path -> path.all().stream());
  }

  private static ImmutableList<String> names() {
    return Stream.concat(Paths.all().stream().map(Steps::path), steps().map(Step::kernelFunction))
        .distinct()
        .collect(ImmutableList.toImmutableList());
  }

  private static String text(ImmutableList<Listed> listed) {
    StringBuilder text = new StringBuilder();
    for (Listed path : listed) {
      text.append(text.isEmpty() ? "" : "\n");
      text.append("%s (%s.java)%n".formatted(path.path(), path.source()));
      for (ListedStep step : path.steps()) {
        text.append(
            "  %s %s  %s%s%n"
                .formatted(
                    Strings.padEnd("(" + step.label() + ")", 7, ' '),
                    Strings.padEnd(step.function(), 40, ' '),
                    step.what(),
                    step.partner() == null ? "" : "; paired with " + step.partner()));
        String edits =
            String.join(", ", step.edits()) + (step.executed() ? "" : "; in no scenario");
        if (!edits.isEmpty()) {
          text.append("          ").append(edits.replaceFirst("^; ", "")).append('\n');
        }
      }
    }
    return text.toString();
  }
}
