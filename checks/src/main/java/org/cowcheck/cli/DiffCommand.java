package org.cowcheck.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.cowcheck.ablation.Comparison;
import org.cowcheck.patch.Patch;
import org.cowcheck.report.ComparisonJson;
import org.cowcheck.report.ComparisonText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cowcheck diff}: which verdicts change from one patch to another. */
@Command(
    name = "diff",
    description = {
      "Says which verdicts change from one patch to another, with a witness for each change.",
      "A cell that does not come by what the patches differ in is explored once."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:no change",
      "1:a verdict or a data race is another one",
      "2:usage or bad input",
      "3:an Unknown, and no change"
    })
final class DiffCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "PATCH-A",
      description = "A patch; see 'list'. S1 is the seed.")
  private String before;

  @Parameters(index = "1", paramLabel = "PATCH-B", description = "The patch to compare it with.")
  private String after;

  @Mixin private CellOptions cells = new CellOptions();

  @Mixin private SearchOptions search = new SearchOptions();

  @Mixin private WitnessOption witnesses = new WitnessOption();

  @Option(names = "--format", paramLabel = "FORMAT", description = "text or json. Default: text.")
  private Format format = Format.text;

  @Override
  public Integer call() throws InterruptedException {
    Patch one = Names.patch(before);
    Patch other = Names.patch(after);
    try (Interruption interruption = new Interruption()) {
      Comparison comparison =
          Comparison.of(
              new Explorations(search.bounds(), search.threads(), interruption::isRequested),
              one,
              other,
              cells.scenarios(one, other),
              cells.columns(),
              cells.accesses());
      comparison.pairs().stream()
          .filter(Comparison.Pair::isChanged)
          .forEach(pair -> witnesses.write(List.of(pair.before(), pair.after())));
      System.out.print(
          format == Format.json
              ? ComparisonJson.print(comparison, witnesses.files()) + "\n"
              : ComparisonText.print(comparison, witnesses.files()));
      witnesses.check();
      if (comparison.hasChanges()) {
        return ExitCode.FOUND;
      }
      return comparison.isOpen() ? ExitCode.UNKNOWN : ExitCode.OK;
    }
  }
}
