package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import java.util.concurrent.Callable;
import org.cowcheck.ablation.Ablation;
import org.cowcheck.ablation.Dropping;
import org.cowcheck.ablation.Part;
import org.cowcheck.ablation.Parts;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.SeedPatches;
import org.cowcheck.report.AblationJson;
import org.cowcheck.report.AblationText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cowcheck ablate}: drops the parts of a patch one at a time. */
@Command(
    name = "ablate",
    description = {
      "Drops each edit, barrier and second look of a patch, one at a time, and says which are"
          + " necessary, and where a weaker barrier is enough.",
      "What a scenario shows that already breaks with the whole patch counts for nothing."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:it ran to the end", "2:usage or bad input", "3:something is Unknown"})
final class AblateCommand implements Callable<Integer> {
  @Parameters(paramLabel = "PATCH", description = "A patch; see 'list'. S1 is the seed.")
  private String name;

  @Mixin private CellOptions cells = new CellOptions();

  @Mixin private SearchOptions search = new SearchOptions();

  @Mixin private WitnessOption witnesses = new WitnessOption();

  @Option(names = "--format", paramLabel = "FORMAT", description = "text or json. Default: text.")
  private Format format = Format.text;

  @Override
  public Integer call() throws InterruptedException {
    Patch patch = Names.patch(name);
    ImmutableList<Part> parts = Parts.of(patch);
    if (parts.isEmpty()) {
      throw new BadInputException(withoutParts(patch));
    }
    try (Interruption interruption = new Interruption()) {
      Ablation ablation =
          new Dropping(
                  new Explorations(search.bounds(), search.threads(), interruption::isRequested),
                  patch,
                  parts,
                  cells.scenarios(patch),
                  cells.columns(),
                  cells.accesses())
              .run();
      ablation
          .findings()
          .values()
          .forEach(ofPart -> ofPart.forEach(finding -> witnesses.write(finding.broken())));
      witnesses.write(ablation.shown().values());
      ablation.trims().forEach(trim -> witnesses.write(trim.broken()));
      System.out.print(
          format == Format.json
              ? AblationJson.print(ablation, witnesses.files()) + "\n"
              : AblationText.print(ablation, witnesses.files()));
      witnesses.check();
      return ablation.isOpen() ? ExitCode.UNKNOWN : ExitCode.OK;
    }
  }

  private static String withoutParts(Patch patch) {
    String instead =
        patch.base() == KernelState.S1
            ? "'seed'"
            : "'seed' or '" + SeedPatches.S2_WITH_BARRIERS.name() + "'";
    return "'%s' (%s) has no parts that could be dropped; name a patch that changes something, such as %s"
        .formatted(patch.name(), patch.title(), instead);
  }
}
