package org.cowcheck.finding;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.cowcheck.litmus.LitmusExport;
import org.cowcheck.report.FindingText;
import org.cowcheck.report.FindingsJson;
import org.cowcheck.report.MailText;
import org.cowcheck.report.ScenarioSource;
import org.cowcheck.report.WitnessFile;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Finding;
import org.cowcheck.verdict.Witness;

/**
 * The files of findings, below a directory {@code findings}: of each finding a directory with its
 * text, the witness to replay, a mail, a litmus test and the source of a scenario; and of all a
 * summary, as text and as JSON.
 */
public final class FindingFiles {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private static final ImmutableSet<String> NAMES =
      ImmutableSet.of("finding.txt", "witness.json", "mail.txt", "test.litmus");

  private final Path directory;
  private final Function<Cell, String> command;

  private FindingFiles(Path directory, Function<Cell, String> command) {
    this.directory = directory;
    this.command = command;
  }

  /**
   * Writes the files; those of earlier findings in the same directory go.
   *
   * @param out where the directory {@code findings} is, or comes to be
   * @param command the command line that checks a cell
   * @return the directory
   */
  public static Path write(
      ImmutableList<Finding> findings, Path out, Function<Cell, String> command)
      throws IOException {
    Path directory = out.resolve("findings");
    Files.createDirectories(directory);
    FindingFiles files = new FindingFiles(directory, command);
    files.clear();
    for (Finding finding : findings) {
      files.write(finding);
    }
    Files.writeString(directory.resolve("summary.txt"), FindingText.summary(findings));
    Files.writeString(directory.resolve("findings.json"), FindingsJson.print(findings, command));
    return directory;
  }

  private void clear() throws IOException {
    for (Path old : list(directory)) {
      if (Files.isDirectory(old) && old.getFileName().toString().matches("\\d\\d+-.*")) {
        for (Path file : list(old)) {
          String name = file.getFileName().toString();
          if (NAMES.contains(name) || name.endsWith(".java")) {
            Files.delete(file);
          }
        }
        if (list(old).isEmpty()) {
          Files.delete(old);
        }
      }
    }
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  private void write(Finding finding) throws IOException {
    Path own = directory.resolve(finding.directory());
    Files.createDirectories(own);
    Files.writeString(own.resolve("finding.txt"), FindingText.print(finding, command));
    Files.writeString(
        own.resolve("witness.json"), GSON.toJson(WitnessFile.json(finding.outcome())) + "\n");
    Files.writeString(own.resolve("mail.txt"), mail(finding));
    Files.writeString(own.resolve("test.litmus"), litmus(finding));
    Files.writeString(
        own.resolve(ScenarioSource.className(finding) + ".java"), ScenarioSource.print(finding));
  }

  private String mail(Finding finding) {
    ImmutableList<String> stops =
        finding.repairs().isEmpty()
            ? ImmutableList.of()
            : FindingText.stops(finding.repairs().get(0));
    return new MailText(outcome -> stops, command).print(ImmutableList.of(finding.outcome()));
  }

  private static String litmus(Finding finding) {
    Cell cell = finding.cell();
    Witness witness = finding.outcome().witness().orElseThrow();
    return LitmusExport.print(
        finding.name() + "." + cell.patch().name() + "." + cell.model(),
        "%s under %s, %s x %s.%nBroken: %s"
            .formatted(
                finding.program(),
                cell.patch(),
                cell.model(),
                Cell.name(cell.platform()),
                witness.broken()),
        witness.graph());
  }
}
