package org.cowcheck.cli;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.Ints;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.report.SynthesisJson;
import org.cowcheck.report.SynthesisText;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.synthesis.Costs;
import org.cowcheck.synthesis.Kind;
import org.cowcheck.synthesis.Question;
import org.cowcheck.synthesis.Synthesizer;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Synthesis;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cowcheck synthesize}: what is missing in a patch. */
@Command(
    name = "synthesize",
    description = {
      "Finds the cheapest sets of fences, rechecks and marks that make a patch safe.",
      "A set is safe if all the scenarios together are Never, without a data race. What an edit"
          + " costs is a guess unless you say it: see --cost and --hot."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:a set was found, or nothing was needed",
      "1:no set that was asked for does",
      "2:usage or bad input",
      "3:Unknown: a bound was reached"
    })
final class SynthesizeCommand implements Callable<Integer> {
  @Parameters(paramLabel = "PATCH", description = "The patch to start from; see 'list'.")
  private String patch;

  @Option(
      names = "--scenario",
      split = ",",
      required = true,
      paramLabel = "NAME",
      description = "The scenarios that have to be safe; see 'list'. A beginning and * will do.")
  private List<String> scenarios = List.of();

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "The memory model: sc, tso, lkmm. Default: ${DEFAULT-VALUE}.")
  private String model = "lkmm";

  @Option(
      names = "--platform",
      paramLabel = "NAME",
      description =
          "Whose architecture code runs: x86, arm64, generic. Default: x86 for tso, generic"
              + " for sc and lkmm.")
  private String platform = "";

  @Option(
      names = "--accesses",
      paramLabel = "HOW",
      description =
          "How accesses that race by design but are plain in the source are taken: marked,"
              + " as-written. Default: ${DEFAULT-VALUE}.")
  private String accesses = "marked";

  @Option(
      names = "--allow",
      split = ",",
      paramLabel = "KIND",
      description = {
        "The kinds of edits: smp_wmb, smp_rmb, smp_mb, wmb, rmb, mb, smp_mb__after_atomic,"
            + " smp_mb__before_atomic, mark (READ_ONCE and WRITE_ONCE), recheck (one that the patch"
            + " leaves out), atomic (bit operations), hunk (of other kernels, or left out).",
        "Default: all."
      })
  private List<String> allowed = List.of();

  @Option(
      names = "--max-edits",
      paramLabel = "N",
      description = "The most edits of a set. Default: ${DEFAULT-VALUE}.")
  private int maxEdits = 6;

  @Option(
      names = "--max-cost",
      paramLabel = "N",
      description = "The most that a set may cost. Default: no limit.")
  private int maxCost = Integer.MAX_VALUE;

  @Option(
      names = "--solutions",
      paramLabel = "K",
      description = "How many sets to find. Default: ${DEFAULT-VALUE}.")
  private int solutions = 3;

  @Option(
      names = "--cost",
      split = ",",
      paramLabel = "KIND=N",
      description =
          "What an edit of a kind costs. Default: smp_wmb=2, smp_rmb=2, wmb=3, rmb=3,"
              + " smp_mb__after_atomic=4, smp_mb__before_atomic=4, smp_mb=8, mb=12, mark=1, recheck=3,"
              + " atomic=4, hunk=6.")
  private List<String> costs = List.of();

  @Option(
      names = "--hot",
      split = ",",
      paramLabel = "NAME=N",
      description = {
        "So many times does an edit cost in a path or a kernel function.",
        "Default: 2 in GUP-fast, faults, PageSlab, prep_new_page and put_page; else 1."
      })
  private List<String> hot = List.of();

  @Mixin private SearchOptions search = new SearchOptions();

  @Option(names = "--format", paramLabel = "FORMAT", description = "text or json. Default: text.")
  private Format format = Format.text;

  @Override
  public Integer call() throws InterruptedException {
    Question question = question();
    try (Interruption interruption = new Interruption()) {
      Synthesis synthesis =
          Synthesizer.answer(
              question, search.bounds(), search.threads(), interruption::isRequested);
      System.out.print(
          format == Format.json
              ? SynthesisJson.print(synthesis) + "\n"
              : SynthesisText.print(synthesis));
      return switch (synthesis.ending()) {
        case FOUND, NOTHING_NEEDED -> ExitCode.OK;
        case NONE -> ExitCode.FOUND;
        case UNKNOWN -> ExitCode.UNKNOWN;
      };
    }
  }

  private Question question() {
    Patch from = Names.patch(patch);
    ImmutableList<Scenario> chosen =
        scenarios.stream()
            .flatMap(name -> Names.scenarios(name).stream())
            .distinct()
            .collect(ImmutableList.toImmutableList());
    MemoryModel memoryModel = Names.model(model);
    Platform on =
        platform.isEmpty()
            ? Expectations.defaultPlatform(memoryModel.name())
            : Names.platform(platform);
    return new Question(
        from,
        on,
        memoryModel,
        Names.accesses(accesses),
        chosen,
        allowed.isEmpty()
            ? ImmutableSet.copyOf(Kind.values())
            : allowed.stream().map(SynthesizeCommand::kind).collect(ImmutableSet.toImmutableSet()),
        costs(),
        atLeastOne("--max-edits", maxEdits),
        atLeastOne("--max-cost", maxCost),
        atLeastOne("--solutions", solutions));
  }

  private Costs costs() {
    Map<Kind, Integer> kinds = new HashMap<>();
    for (String pair : costs) {
      kinds.put(kind(nameIn("--cost", pair)), numberIn("--cost", pair));
    }
    Map<String, Integer> weights = new HashMap<>(Costs.HOT_PATHS);
    for (String pair : hot) {
      String name = nameIn("--hot", pair);
      if (!Costs.isKnown(name)) {
        throw new BadInputException(
            "unknown path or function '%s' in --hot %s; 'explain' shows functions"
                .formatted(name, pair));
      }
      weights.put(name, numberIn("--hot", pair));
    }
    return new Costs(ImmutableMap.copyOf(kinds), ImmutableMap.copyOf(weights));
  }

  private static String nameIn(String option, String pair) {
    List<String> parts = Splitter.on('=').splitToList(pair);
    if (parts.size() != 2) {
      throw new BadInputException("%s expects NAME=N, not '%s'".formatted(option, pair));
    }
    return parts.get(0);
  }

  private static int numberIn(String option, String pair) {
    Integer number = Ints.tryParse(Splitter.on('=').splitToList(pair).get(1));
    if (number == null || number < 1 || number > 1000) {
      throw new BadInputException(
          "%s expects a whole number from 1 to 1000, not '%s'".formatted(option, pair));
    }
    return number;
  }

  private static int atLeastOne(String option, int number) {
    if (number < 1) {
      throw new BadInputException("%s must be at least 1, not %d".formatted(option, number));
    }
    return number;
  }

  private static Kind kind(String word) {
    return Kind.ofWord(word)
        .orElseThrow(
            () ->
                new BadInputException(
                    "unknown kind of edit '%s' (known: %s)"
                        .formatted(
                            word,
                            Arrays.stream(Kind.values())
                                .map(Kind::word)
                                .collect(Collectors.joining(", ")))));
  }
}
