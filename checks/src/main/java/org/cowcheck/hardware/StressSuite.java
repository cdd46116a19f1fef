package org.cowcheck.hardware;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.cowcheck.process.ChildProcess;

/**
 * The jcstress suite: a jar, which has the tests, jcstress, and a program that says what there is
 * and what was seen.
 */
public final class StressSuite {
  /** The program of the jar that prints tests and results as lines of JSON. */
  private static final String LINES = "org.cowcheck.stress.SuiteLines";

  private static final Duration TIME_TO_READ = Duration.ofMinutes(2);
  private static final String NAME = "jcstress";

  private final Path jar;
  private final Path java;

  private StressSuite(Path jar, Path java) {
    this.jar = jar;
    this.java = java;
  }

  /**
   * The suite in a jar.
   *
   * @throws SuiteException if it is not there, or java is not
   */
  public static StressSuite in(Path jar) throws SuiteException {
    return in(jar, ChildProcess.java());
  }

  /** The suite in a jar, run by a java. */
  static StressSuite in(Path jar, Path java) throws SuiteException {
    if (!Files.isReadable(jar)) {
      throw new SuiteException(
          jar
              + ": expected the jar of the jcstress suite, found none; build it by"
              + " 'mvn -DskipTests package', or name it with --jar");
    }
    if (!Files.isExecutable(java)) {
      throw new SuiteException(
          java
              + ": expected the program java, found none; jcstress starts it again and again:"
              + " use a JDK that has it");
    }
    return new StressSuite(jar.toAbsolutePath(), java);
  }

  /** A line of {@code SuiteLines results}: a test in one configuration. */
  private record Line(
      String test, String status, List<String> messages, List<LineOutcome> outcomes) {}

  private record LineOutcome(String outcome, String expected, long times, String description) {}

  /**
   * The tests, in order of their names.
   *
   * @param directory where the process leaves its files
   */
  public ImmutableList<StressTest> tests(Path directory)
      throws IOException, InterruptedException, SuiteException {
    ImmutableList<StressTest> tests = lines(ImmutableList.of("tests"), directory, StressTest.class);
    if (tests.isEmpty()) {
      throw new SuiteException(jar + ": expected the jar of the jcstress suite, found no tests");
    }
    return tests;
  }

  private <T> ImmutableList<T> lines(List<String> arguments, Path directory, Class<T> of)
      throws IOException, InterruptedException, SuiteException {
    Files.createDirectories(directory);
    ChildProcess.End end =
        ChildProcess.run(
            ImmutableList.<String>builder()
                .add(java.toString(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp")
                .add(jar.toString(), LINES)
                .addAll(arguments)
                .build(),
            directory,
            "lines",
            TIME_TO_READ,
            () -> false);
    if (end.exit() != 0) {
      throw new SuiteException(
          "%s: expected the jar of the jcstress suite, found that it does not say its %s: %s (%s)"
              .formatted(jar, arguments.get(0), end.lastWords(), end.log()));
    }
    Gson gson = new Gson();
    try {
      return end.out().lines().map(line -> gson.fromJson(line, of)).collect(toImmutableList());
    } catch (JsonParseException e) {
      throw new SuiteException(
          jar + ": expected lines of JSON of the jcstress suite, found other text");
    }
  }

  /**
   * Runs tests, in one process that starts others. A test that is not among its results has a
   * result that says why.
   *
   * @param directory new or empty; jcstress leaves its files there
   * @param timeout after which it is killed
   * @param over whether it is to be killed: asked again and again
   */
  public ImmutableList<StressResult> run(
      List<StressTest> tests,
      StressOptions options,
      Path directory,
      Duration timeout,
      BooleanSupplier over)
      throws IOException, InterruptedException, SuiteException {
    Files.createDirectories(directory);
    ChildProcess.End end =
        ChildProcess.run(
            ImmutableList.<String>builder()
                .add(java.toString(), "-jar", jar.toString())
                .addAll(options.arguments())
                .add("-r", "report", "-t", pattern(tests))
                .build(),
            directory,
            NAME,
            timeout,
            over);
    ImmutableMap<String, StressResult> results = read(tests, directory);
    String missing =
        end.killed()
            ? "jcstress was stopped before it came to this test"
            : "jcstress ended with exit code %d and has no result of this test; see %s"
                .formatted(end.exit(), directory.resolve(NAME + ".out"));
    return tests.stream()
        .map(
            test ->
                results.getOrDefault(
                    test.test(), new StressResult(test, 0, ImmutableList.of(), missing)))
        .collect(toImmutableList());
  }

  private static String pattern(List<StressTest> tests) {
    return tests.stream()
        .map(test -> Pattern.quote(test.test()))
        .collect(Collectors.joining("|", "^(", ")$"));
  }

  private ImmutableMap<String, StressResult> read(List<StressTest> tests, Path directory)
      throws IOException, InterruptedException, SuiteException {
    Map<String, StressTest> byName =
        tests.stream().collect(Collectors.toMap(StressTest::test, test -> test));
    Map<String, StressResult> results = new LinkedHashMap<>();
    for (Line line :
        lines(
            ImmutableList.of("results", directory.toAbsolutePath().toString()),
            directory,
            Line.class)) {
      StressTest test = byName.get(line.test());
      if (test != null) {
        results.merge(line.test(), result(test, line), StressSuite::joined);
      }
    }
    return ImmutableMap.copyOf(results);
  }

  private static StressResult result(StressTest test, Line line) {
    return new StressResult(
        test,
        1,
        line.outcomes().stream()
            .map(
                one ->
                    new StressResult.Observed(
                        one.outcome(),
                        StressResult.Expected.valueOf(one.expected()),
                        one.times(),
                        one.description()))
            .collect(toImmutableList()),
        line.status().equals("NORMAL")
            ? ""
            : line.status() + ": " + String.join(" ", line.messages()));
  }

  /** The results of a test in two configurations, as one. */
  private static StressResult joined(StressResult one, StressResult other) {
    Map<String, StressResult.Observed> observed = new TreeMap<>();
    for (StressResult result : List.of(one, other)) {
      for (StressResult.Observed now : result.observed()) {
        observed.merge(
            now.outcome(),
            now,
            (a, b) ->
                new StressResult.Observed(
                    a.outcome(), a.expected(), a.times() + b.times(), a.description()));
      }
    }
    return new StressResult(
        one.test(),
        one.configurations() + other.configurations(),
        ImmutableList.copyOf(observed.values()),
        one.problem().isEmpty() ? other.problem() : one.problem());
  }
}
