package org.cowcheck.cli;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.cowcheck.report.WitnessFile;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import picocli.CommandLine.Option;

/** {@code --witnesses}, and the files that were written there. */
final class WitnessOption {
  @Option(
      names = "--witnesses",
      paramLabel = "DIR",
      description = "Where the files that replay a Sometimes go. Default: ${DEFAULT-VALUE}.")
  private Path directory = Path.of("target", "witnesses");

  private final Map<Cell, Path> files = new LinkedHashMap<>();
  private String unwritten = "";

  /** Writes the files of witnesses; the last of a cell counts. */
  void write(Iterable<Outcome> outcomes) {
    for (Outcome outcome : outcomes) {
      if (outcome.recording().isPresent() && unwritten.isEmpty()) {
        try {
          files.put(outcome.cell(), WitnessFile.write(outcome, directory));
        } catch (IOException e) {
          unwritten =
              String.format(
                  "cannot write witness files to '%s' (%s); choose another --witnesses",
                  directory, e);
        }
      }
    }
  }

  /** The files, by what they are a witness of. */
  ImmutableMap<Cell, Path> files() {
    return ImmutableMap.copyOf(files);
  }

  /** Says what went wrong, for after the report. */
  void check() {
    if (!unwritten.isEmpty()) {
      throw new BadInputException(unwritten);
    }
  }
}
