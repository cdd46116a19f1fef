package org.cowcheck.stress;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static com.google.common.collect.ImmutableSortedSet.toImmutableSortedSet;
import static java.util.Comparator.naturalOrder;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;

/**
 * One run of jcstress in a process of its own, and what it observed.
 *
 * <p>jcstress takes its tests from the first list of tests on the class path and leaves its results
 * in the current directory, which is therefore one under target.
 *
 * @param exitCode 0, or 1 if a FORBIDDEN result was observed
 * @param results one per test and JVM configuration
 * @param directory where the log and the report are
 */
record Jcstress(int exitCode, ImmutableList<TestResult> results, Path directory) {
  /** How often a short run may be repeated until what is rare has been seen. */
  static final int ATTEMPTS = 5;

  private static final String TEST_CLASSES = File.separator + "test-classes";

  /** Runs the suite, which is not among the test classes. */
  static Jcstress suite(String... arguments) throws IOException, InterruptedException {
    return run("suite", Stream.concat(mainClassPath(), testClassPath()), arguments);
  }

  /** Runs the planted bugs, which are. */
  static Jcstress planted(String... arguments) throws IOException, InterruptedException {
    return run("planted", Stream.concat(testClassPath(), mainClassPath()), arguments);
  }

  /** The tests that ran. */
  ImmutableSortedSet<String> tests() {
    return results.stream().map(TestResult::getName).collect(toImmutableSortedSet(naturalOrder()));
  }

  /** The tests that did not run as they should, with the reason. */
  ImmutableList<String> failures() {
    return results.stream()
        .filter(result -> result.status() != Status.NORMAL)
        .map(result -> result.getName() + ": " + result.status() + " " + result.getMessages())
        .collect(toImmutableList());
  }

  /** How often a test had a result that contains a text. */
  long count(String test, String text) {
    return results.stream()
        .filter(result -> result.getName().equals(test))
        .flatMapToLong(
            result ->
                result.getStateKeys().stream()
                    .filter(state -> state.contains(text))
                    .mapToLong(result::getCount))
        .sum();
  }

  private static Stream<String> testClassPath() {
    return classPath().filter(entry -> entry.endsWith(TEST_CLASSES));
  }

  private static Stream<String> mainClassPath() {
    return classPath().filter(entry -> !entry.endsWith(TEST_CLASSES));
  }

  private static Stream<String> classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(
            entry ->
                entry.endsWith(File.separator) ? entry.substring(0, entry.length() - 1) : entry);
  }

  private static Jcstress run(String name, Stream<String> classPath, String... arguments)
      throws IOException, InterruptedException {
    Path target = Path.of(System.getProperty("jcstress.directory"));
    Files.createDirectories(target);
    Path directory = Files.createTempDirectory(target, name + "-");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(String.join(File.pathSeparator, classPath.toList()));
    command.add(System.getProperty("jcstress.main"));
    command.addAll(List.of(System.getProperty("jcstress.arguments").split(" ")));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    try {
      process.waitFor();
    } finally {
      process.destroy();
      process.waitFor(10, TimeUnit.SECONDS);
    }
    return read(process.exitValue(), directory);
  }

  private static Jcstress read(int exitCode, Path directory) throws IOException {
    InProcessCollector collector = new InProcessCollector();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".bin.gz")).toList()) {
        DiskReadCollector disk = new DiskReadCollector(file.toString(), collector);
        try {
          disk.dump();
        } catch (ClassNotFoundException e) {
          throw new IOException(file + " holds no results of this jcstress", e);
        } finally {
          disk.close();
        }
      }
    }
    return new Jcstress(exitCode, ImmutableList.copyOf(collector.getTestResults()), directory);
  }
}
