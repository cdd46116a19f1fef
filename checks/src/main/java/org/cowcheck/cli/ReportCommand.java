package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.Journal;
import org.cowcheck.journal.JournalContents;
import org.cowcheck.report.JUnitXml;
import org.cowcheck.report.Ktap;
import org.cowcheck.report.RunJson;
import org.cowcheck.report.RunPage;
import org.cowcheck.report.RunReport;
import org.cowcheck.report.RunText;
import org.cowcheck.report.WitnessDot;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.Expectations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cowcheck report}: what a journal says. */
@Command(
    name = "report",
    description = {
      "Shows a run of the journal that 'nightly' keeps in a directory, against the record and the"
          + " run before it. The journal is only read.",
      "A line of it that is damaged is named on standard error; the rest is used."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:the report is written, whatever it says", "2:usage or bad input"})
final class ReportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "The directory that 'nightly' was given.")
  private Path directory;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = {
        "text, json, junit, ktap, html or dot. Default: text.",
        "json: an object, as report.schema.json has it. junit: JUnit XML. ktap: the kernel's KTAP."
            + " html: one page that needs no network. dot: Graphviz, a digraph per witness."
      })
  private Format format = Format.text;

  @Option(names = "--run", paramLabel = "N", description = "Which run. Default: the latest.")
  private Integer run;

  @Option(
      names = "--cell",
      paramLabel = "CELL",
      description =
          "Only this cell, by its whole name: 'pageslab-at-free seed lkmm x generic marked'.")
  private String cell;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where the report goes. Default: standard output.")
  private Path out;

  @Mixin private ThreadsOption threads = new ThreadsOption();

  /** The formats, as users write them. */
  enum Format {
    text,
    json,
    junit,
    ktap,
    html,
    dot
  }

  @Override
  public Integer call() throws InterruptedException {
    Path file = directory.resolve(Journal.FILE);
    JournalContents all = read(file);
    refuseToOverwrite();
    Journals.complain(file, all);
    int number = run(file, all);
    Predicate<Entry.CellDone> shown = done -> cell == null || done.cell().equals(cell);
    if (all.cells(number).values().stream().noneMatch(shown) && cell != null) {
      throw new BadInputException(
          "%s: expected cell '%s' in run %d, found none of that name; --format json lists them"
              .formatted(file, cell, number));
    }
    boolean graphs = format == Format.json || format == Format.html || format == Format.dot;
    JournalContents contents = graphs ? Journals.withWitnesses(directory, number) : all;
    RunReport report =
        new RunReports(
                file,
                contents,
                Expectations.read(),
                threads.threads(),
                new ProgressLine(System.err))
            .report(number, shown, graphs);
    write(
        switch (format) {
          case text -> RunText.print(report);
          case json -> RunJson.print(report);
          case junit -> JUnitXml.print(report);
          case ktap -> Ktap.print(report);
          case html -> RunPage.print(report, Scenarios.all());
          case dot -> WitnessDot.print(report);
        });
    return ExitCode.OK;
  }

  private JournalContents read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new BadInputException(
          directory
              + ": expected a directory with a journal ("
              + Journal.FILE
              + "), found none; 'nightly --out' makes one");
    }
    try {
      return JournalContents.read(file);
    } catch (JournalContents.ForeignJournalException e) {
      throw new BadInputException(e.getMessage());
    } catch (IOException e) {
      throw BadInputException.unreadable(file, e);
    }
  }

  private int run(Path file, JournalContents contents) {
    ImmutableList<Integer> runs =
        RunReports.runs(contents).stream()
            .map(Entry.RunBegun::run)
            .collect(ImmutableList.toImmutableList());
    if (runs.isEmpty()) {
      throw new BadInputException(file + ": expected a run, found that none has begun");
    }
    int number = run == null ? runs.get(runs.size() - 1) : run;
    if (!runs.contains(number)) {
      throw new BadInputException(
          "%s: expected run %d, found runs %d to %d"
              .formatted(file, number, runs.get(0), runs.get(runs.size() - 1)));
    }
    return number;
  }

  /** A report never takes the place of what 'nightly' keeps. */
  private void refuseToOverwrite() {
    if (out == null || !Files.exists(out)) {
      return;
    }
    if (Files.isDirectory(out)) {
      throw new BadInputException(out + ": expected a file for --out, found a directory");
    }
    try {
      if (out.toAbsolutePath().endsWith(Journal.FILE)
          || Files.isSameFile(out, directory.resolve(Journal.FILE))) {
        throw new BadInputException(
            out + ": expected a file for the report, found a journal; choose another --out");
      }
    } catch (IOException e) {
      throw BadInputException.unreadable(out, e);
    }
  }

  private void write(String text) {
    if (out == null) {
      System.out.print(text);
      return;
    }
    Path whole = out.toAbsolutePath();
    if (!Files.isDirectory(whole.getParent())) {
      throw new BadInputException(
          out + ": expected a file in a directory that is there, found no such directory");
    }
    Path part = whole.resolveSibling(whole.getFileName() + ".part");
    try {
      Files.writeString(part, text, StandardCharsets.UTF_8);
      Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new BadInputException(
          "%s: expected a file that can be written, found that it cannot: %s".formatted(out, e));
    }
  }
}
