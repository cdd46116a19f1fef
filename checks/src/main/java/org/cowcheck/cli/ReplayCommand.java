package org.cowcheck.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.cowcheck.explore.ReplayException;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.report.WitnessFile;
import org.cowcheck.report.WitnessText;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Verdict;
import org.cowcheck.verdict.Witness;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code cowcheck replay}: runs one recorded execution again. */
@Command(
    name = "replay",
    description = "Runs the execution in a witness file again, and shows it.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the execution breaks nothing any more",
      "1:the execution breaks what it broke: Sometimes",
      "2:usage or bad input"
    })
final class ReplayCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "A file that 'check' wrote.")
  private Path file;

  @Override
  public Integer call() {
    WitnessFile recorded = WitnessFile.read(file);
    Cell cell = cell(file, recorded);
    Witness witness = replay(file, recorded);
    boolean broken = !witness.broken().isEmpty();
    System.out.printf(
        "%s: %s%n%s",
        cell,
        broken ? Verdict.SOMETIMES.word() : "this execution breaks nothing",
        WitnessText.print(witness));
    return broken ? ExitCode.FOUND : ExitCode.OK;
  }

  /** The cell that a file is of. */
  static Cell cell(Path file, WitnessFile recorded) {
    return new Cell(
        Names.scenario(recorded.scenario()),
        recorded.variantPatch(file).orElseGet(() -> Names.knownPatch(recorded.patch())),
        Names.platform(recorded.platform()),
        Names.model(recorded.model()).name(),
        Names.accesses(recorded.accesses()));
  }

  /** Runs the execution of a file again. */
  static Witness replay(Path file, WitnessFile recorded) {
    Cell cell = cell(file, recorded);
    try {
      return new ScenarioCheck(cell, Names.model(cell.model())).replay(recorded.recording());
    } catch (ReplayException e) {
      throw new BadInputException(
          file + ": expected an execution of " + cell + ", found that " + e.getMessage());
    }
  }
}
