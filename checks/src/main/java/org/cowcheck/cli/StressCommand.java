package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.cowcheck.hardware.StressOptions;
import org.cowcheck.hardware.StressResult;
import org.cowcheck.hardware.StressSuite;
import org.cowcheck.hardware.StressTest;
import org.cowcheck.hardware.SuiteException;
import org.cowcheck.journal.Entry;
import org.cowcheck.nightly.StressTask;
import org.cowcheck.scenario.Scenario;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cowcheck stress}: this machine's hardware and JIT, by jcstress. */
@Command(
    name = "stress",
    description = {
      "Runs the jcstress suite on this machine, in a process of its own.",
      "It shows that something happens here, never that it cannot: on x86 an atomic is a full"
          + " barrier."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:nothing forbidden was seen",
      "1:something forbidden was seen",
      "2:usage or bad input; the suite cannot be run",
      "3:a test did not run as it should, and nothing forbidden was seen"
    })
final class StressCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..*",
      paramLabel = "SCENARIO",
      description = "Only the tests of these, or tests by name, such as GupFastVersusFork.Before.")
  private List<String> scenarios = List.of();

  @Option(
      names = "-m",
      paramLabel = "MODE",
      description = "sanity, quick, default or tough. Default: ${DEFAULT-VALUE}.")
  private String mode = "quick";

  @Option(names = "--time", paramLabel = "MS", description = "Milliseconds of an iteration.")
  private Integer time;

  @Option(names = "--iters", paramLabel = "N", description = "Iterations of a fork.")
  private Integer iterations;

  @Option(names = "--forks", paramLabel = "N", description = "Forks of a configuration.")
  private Integer forks;

  @Option(
      names = "--jar",
      paramLabel = "FILE",
      description = "The suite. Default: jcstress.jar beside cowcheck, or where a build leaves it.")
  private Path jar;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Where jcstress leaves its results, each run in a directory of its own. Default:"
              + " ${DEFAULT-VALUE}.")
  private Path out = Path.of("target", "jcstress");

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Stop jcstress after this time: 90s, 5m, 2h. Default: 24h.")
  private Duration timeout = Duration.ofHours(24);

  @Option(names = "--format", paramLabel = "FORMAT", description = "text or json. Default: text.")
  private LincheckCommand.Format format = LincheckCommand.Format.text;

  @Override
  public Integer call() throws InterruptedException {
    StressOptions options = options();
    Path directory =
        out.resolve(Instant.now().truncatedTo(ChronoUnit.MILLIS).toString().replace(':', '-'));
    try (Interruption interruption = new Interruption()) {
      StressSuite suite = StressSuite.in(jar == null ? Launch.suite() : jar);
      Files.createDirectories(directory);
      ImmutableList<StressTest> tests = chosen(suite.tests(directory));
      System.err.printf("cowcheck: tests: %d, in %s%n", tests.size(), directory);
      long start = System.nanoTime();
      ImmutableList<StressResult> results =
          suite.run(tests, options, directory, timeout, interruption::isRequested);
      double seconds = (System.nanoTime() - start) / 1e9 / tests.size();
      List<Entry.CellDone> answers =
          results.stream()
              .map(result -> StressTask.heldAgainstExplorer(result, interruption::isRequested))
              .map(result -> StressTask.entry(0, result, options, seconds, ""))
              .toList();
      print(answers);
      return exitCode(answers);
    } catch (SuiteException e) {
      throw new BadInputException(e.getMessage());
    } catch (IOException e) {
      throw Journals.unwritable(out, e);
    }
  }

  private StressOptions options() {
    if (!StressOptions.MODES.contains(mode)) {
      throw new BadInputException(
          "-m must be one of %s, not '%s'".formatted(String.join(", ", StressOptions.MODES), mode));
    }
    return new StressOptions(
        mode,
        positive("--time", time),
        positive("--iters", iterations),
        positive("--forks", forks));
  }

  private static OptionalInt positive(String option, Integer value) {
    if (value == null) {
      return OptionalInt.empty();
    }
    if (value <= 0) {
      throw new BadInputException(option + " must be at least 1, not " + value);
    }
    return OptionalInt.of(value);
  }

  private ImmutableList<StressTest> chosen(ImmutableList<StressTest> all) {
    if (scenarios.isEmpty()) {
      return all;
    }
    ImmutableList.Builder<StressTest> chosen = ImmutableList.builder();
    for (String name : scenarios) {
      ImmutableList<StressTest> found =
          all.stream()
              .filter(test -> test.name().equals(name) || test.name().startsWith(name + "."))
              .collect(ImmutableList.toImmutableList());
      if (found.isEmpty()) {
        List<String> meant = Names.scenarios(name).stream().map(Scenario::name).toList();
        found =
            all.stream()
                .filter(test -> meant.contains(test.scenario()))
                .collect(ImmutableList.toImmutableList());
      }
      if (found.isEmpty()) {
        throw new BadInputException(
            "'%s': no test of the suite runs it; see stress/ for those that are there"
                .formatted(name));
      }
      chosen.addAll(found);
    }
    return ImmutableList.copyOf(chosen.build().stream().distinct().toList());
  }

  private void print(List<Entry.CellDone> answers) {
    if (format == LincheckCommand.Format.json) {
      System.out.print(SampledText.json(answers));
      return;
    }
    answers.forEach(done -> System.out.print(SampledText.text(done)));
    long interesting =
        answers.stream()
            .filter(
                done ->
                    done.outcomes().stream()
                        .anyMatch(count -> count.outcome().endsWith("(interesting)")))
            .count();
    System.out.printf(
        "%d of %d tests with nothing forbidden, %d of these saw their race; %d forbidden, %d"
            + " failed%n",
        count(answers, StressTask.PASSED),
        answers.size(),
        interesting,
        count(answers, "Sometimes"),
        count(answers, Entry.CellDone.FAILED));
  }

  private static long count(List<Entry.CellDone> answers, String verdict) {
    return answers.stream().filter(done -> done.verdict().equals(verdict)).count();
  }

  private static int exitCode(List<Entry.CellDone> answers) {
    if (count(answers, "Sometimes") > 0) {
      return ExitCode.FOUND;
    }
    return count(answers, Entry.CellDone.FAILED) > 0 ? ExitCode.UNKNOWN : ExitCode.OK;
  }
}
