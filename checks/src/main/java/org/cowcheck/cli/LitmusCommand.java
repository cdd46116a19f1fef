package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.cowcheck.explore.Bounds;
import org.cowcheck.litmus.LitmusRow;
import org.cowcheck.litmus.LitmusText;
import org.cowcheck.litmus.RecordedResults;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cowcheck litmus}: runs C litmus tests. */
@Command(
    name = "litmus",
    description = {
      "Runs C litmus tests of the Linux-kernel memory model, as herd7 reads them.",
      "With --expected it prints what differs from a table of results, and nothing else."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every test was run; with --expected: every result is as recorded",
      "2:usage, bad input, or a test that is unsupported or malformed",
      "3:a test was not explored to the end",
      "4:a result is not as recorded"
    })
final class LitmusCommand implements Callable<Integer> {
  private static final String SUFFIX = ".litmus";

  @Parameters(arity = "1..*", paramLabel = "FILE|DIR", description = "Tests, or directories.")
  private List<Path> paths = List.of();

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "The memory model: sc, tso or lkmm. Default: ${DEFAULT-VALUE}.")
  private String model = "lkmm";

  @Option(
      names = "--expected",
      paramLabel = "CSV",
      description =
          "A table with the columns path, verdict and, if known, flags, states, positive and"
              + " negative; paths are relative to the directory that is given.")
  private Path expected;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "text, json or csv. Default: ${DEFAULT-VALUE}.")
  private Format format = Format.text;

  @Mixin private SearchOptions search = new SearchOptions();

  /** The formats, as users write them. */
  enum Format {
    text,
    json,
    csv
  }

  @Override
  public Integer call() throws InterruptedException {
    Bounds bounds = search.bounds();
    Optional<RecordedResults> recorded = recorded();
    ImmutableList<LitmusChecks.Source> sources = sources();
    try (Interruption interruption = new Interruption()) {
      LitmusChecks checks =
          new LitmusChecks(
              Names.model(model),
              bounds,
              search.threads(),
              new ProgressLine(System.err),
              interruption::isRequested);
      ImmutableList<LitmusChecks.Done> done = checks.run(sources);
      done.forEach(LitmusCommand::complain);
      if (recorded.isPresent()) {
        return compare(done, recorded.orElseThrow());
      }
      System.out.print(print(done));
      return exitCode(done);
    }
  }

  private Optional<RecordedResults> recorded() {
    if (expected == null) {
      return Optional.empty();
    }
    try (Reader reader = Files.newBufferedReader(expected)) {
      return Optional.of(RecordedResults.read(reader));
    } catch (IOException e) {
      throw BadInputException.unreadable(expected, e);
    } catch (IllegalArgumentException e) {
      throw new BadInputException(expected + ": " + e.getMessage());
    }
  }

  private ImmutableList<LitmusChecks.Source> sources() {
    List<LitmusChecks.Source> sources = new ArrayList<>();
    for (Path path : paths) {
      if (!Files.isDirectory(path)) {
        if (!Files.isReadable(path)) {
          throw new BadInputException(path + ": expected a file or a directory, found none");
        }
        sources.add(new LitmusChecks.Source(path, path.toString()));
        continue;
      }
      try (Stream<Path> files = Files.walk(path)) {
        files
            .filter(file -> file.toString().endsWith(SUFFIX) && !Files.isDirectory(file))
            .sorted()
            .forEach(
                file ->
                    sources.add(new LitmusChecks.Source(file, path.relativize(file).toString())));
      } catch (IOException e) {
        throw BadInputException.unreadable(path, e);
      } catch (UncheckedIOException e) {
        throw BadInputException.unreadable(path, e.getCause());
      }
    }
    if (sources.isEmpty()) {
      throw new BadInputException("expected a file that ends in " + SUFFIX + ", found none");
    }
    return ImmutableList.copyOf(sources);
  }

  private static void complain(LitmusChecks.Done done) {
    if (!done.problem().isEmpty()) {
      System.err.println("cowcheck: " + done.problem());
    }
  }

  private String print(List<LitmusChecks.Done> done) {
    StringBuilder text = new StringBuilder();
    switch (format) {
      case text -> done.forEach(one -> one.result().map(LitmusText::print).ifPresent(text::append));
      case csv -> {
        text.append(LitmusRow.header());
        done.forEach(one -> text.append(one.row().csv(one.seconds())));
      }
      case json -> {
        JsonArray rows = new JsonArray();
        done.forEach(one -> rows.add(one.row().json(one.seconds())));
        text.append(new GsonBuilder().setPrettyPrinting().create().toJson(rows)).append('\n');
      }
    }
    return text.toString();
  }

  private static int exitCode(List<LitmusChecks.Done> done) {
    if (done.stream().anyMatch(one -> one.result().isEmpty())) {
      return ExitCode.BAD_INPUT;
    }
    return done.stream().allMatch(one -> one.result().orElseThrow().isComplete())
        ? ExitCode.OK
        : ExitCode.UNKNOWN;
  }

  private static int compare(List<LitmusChecks.Done> done, RecordedResults recorded) {
    int agree = 0;
    int differ = 0;
    int unsupported = 0;
    for (LitmusChecks.Done one : done) {
      if (one.result().isEmpty()) {
        unsupported++;
        continue;
      }
      String difference = recorded.difference(one.row());
      if (difference.isEmpty()) {
        agree++;
      } else {
        differ++;
        System.out.println(one.row().path() + ": " + difference);
      }
    }
    System.out.printf(
        "%d tests: %d agree, %d differ, %d unsupported%n", done.size(), agree, differ, unsupported);
    if (unsupported > 0) {
      return ExitCode.BAD_INPUT;
    }
    return differ == 0 ? ExitCode.OK : ExitCode.DIFFERS;
  }
}
