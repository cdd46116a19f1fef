package org.cowcheck.stress;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.cowcheck.patch.Accesses;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.TestGrading;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * Says what the suite has, and what a run of it has seen, as lines of JSON: so those who run the
 * suite need no class of jcstress.
 *
 * <pre>
 *   SuiteLines tests               a line per test: test, scenario, patch, accesses
 *   SuiteLines results DIRECTORY   a line per test and configuration: test, status, messages,
 *                                  outcomes (outcome, expected, times, description)
 * </pre>
 */
public final class SuiteLines {
  private static final String RESULTS = ".bin.gz";
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private SuiteLines() {}

  /** A test: the race that it belongs to, and the kernel; no kernel if it is a weak spot alone. */
  record TestLine(String test, String scenario, String patch, String accesses) {}

  /** What was seen of a test in a configuration of the JVM. */
  record ResultLine(
      String test, String status, List<String> messages, List<OutcomeLine> outcomes) {}

  /** An outcome, and what the test says of it. */
  record OutcomeLine(String outcome, String expected, long times, String description) {}

  public static void main(String[] arguments) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    if (arguments.length == 1 && arguments[0].equals("tests")) {
      for (String test : new TreeSet<>(TestList.tests())) {
        out.println(GSON.toJson(test(test)));
      }
    } else if (arguments.length == 2 && arguments[0].equals("results")) {
      for (TestResult result : results(Path.of(arguments[1]))) {
        out.println(GSON.toJson(line(result)));
      }
    } else {
      System.err.println("SuiteLines: expected 'tests' or 'results DIRECTORY'");
      System.exit(2);
    }
  }

  /** A test by its name. */
  static TestLine test(String name) throws ReflectiveOperationException {
    Class<?> of = Class.forName(TestList.getInfo(name).binaryName());
    Race race = race(of);
    if (race != null) {
      return new TestLine(
          name,
          race.scenario().name(),
          race.kernel().patch().name(),
          race.kernel().accesses() == Accesses.MARKED ? "marked" : "as-written");
    }
    for (Class<?> sibling : of.getNestHost().getDeclaredClasses()) {
      Race other = race(sibling);
      if (other != null) {
        return new TestLine(name, other.scenario().name(), "", "marked");
      }
    }
    return new TestLine(name, "", "", "marked");
  }

  /** The race of a test, or null if it is a weak spot alone. */
  private static Race race(Class<?> test) throws ReflectiveOperationException {
    try {
      var field = test.getDeclaredField("RACE");
      field.setAccessible(true);
      return (Race) field.get(null);
    } catch (NoSuchFieldException e) {
      return null;
    }
  }

  private static Collection<TestResult> results(Path directory) throws IOException {
    InProcessCollector collector = new InProcessCollector();
    for (Path file : files(directory)) {
      DiskReadCollector disk = new DiskReadCollector(file.toString(), collector);
      try {
        disk.dump();
      } catch (ClassNotFoundException e) {
        throw new IOException(file + " holds no results of this jcstress", e);
      } finally {
        disk.close();
      }
    }
    return collector.getTestResults();
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(path -> path.toString().endsWith(RESULTS)).sorted().toList();
    }
  }

  private static ResultLine line(TestResult result) {
    List<OutcomeLine> outcomes = new ArrayList<>();
    TestGrading.grade(result)
        .gradingResults
        .values()
        .forEach(
            grade -> {
              if (grade.count > 0) {
                outcomes.add(
                    new OutcomeLine(grade.id, grade.expect.name(), grade.count, grade.description));
              }
            });
    return new ResultLine(result.getName(), result.status().name(), messages(result), outcomes);
  }

  private static List<String> messages(TestResult result) {
    List<String> messages = new ArrayList<>(result.getMessages());
    messages.addAll(result.getVmErr());
    return messages;
  }
}
