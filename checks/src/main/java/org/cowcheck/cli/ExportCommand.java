package org.cowcheck.cli;

import java.nio.file.Path;
import org.cowcheck.litmus.LitmusExport;
import org.cowcheck.report.WitnessFile;
import org.cowcheck.verdict.Witness;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code cowcheck export}: a witness as a C litmus test. */
@Command(
    name = "export",
    description =
        "Prints the execution in a witness file as a C litmus test for herd7 and klitmus7.")
final class ExportCommand implements Runnable {
  @Parameters(paramLabel = "FILE", description = "A file that 'check' wrote.")
  private Path file;

  @Override
  public void run() {
    WitnessFile recorded = WitnessFile.read(file);
    Witness witness = ReplayCommand.replay(file, recorded);
    System.out.print(
        LitmusExport.print(
            String.join(".", recorded.scenario(), recorded.patch()),
            String.format(
                "%s under %s, %s x %s, %s.%nBroken: %s",
                recorded.scenario(),
                recorded.patch(),
                recorded.model(),
                recorded.platform(),
                recorded.accesses(),
                witness.broken()),
            witness.graph()));
  }
}
