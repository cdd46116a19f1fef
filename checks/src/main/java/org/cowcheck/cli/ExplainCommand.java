package org.cowcheck.cli;

import java.util.LinkedHashSet;
import java.util.Set;
import org.cowcheck.explore.ScenarioSteps;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Word;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Setting;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cowcheck explain}: what a scenario is, step by step. */
@Command(
    name = "explain",
    description =
        "Explains a scenario: its story, its words, its steps, and what must never be seen.")
final class ExplainCommand implements Runnable {
  @Parameters(paramLabel = "SCENARIO", description = "A name from 'list'.")
  private String name;

  @Option(
      names = "--patch",
      paramLabel = "NAME",
      description = "Whose steps to show. Default: ${DEFAULT-VALUE}.")
  private String patch = "seed";

  @Override
  public void run() {
    Scenario scenario = Names.scenario(name);
    Kernel kernel = new Kernel(Names.patch(patch), Platform.GENERIC, Accesses.MARKED);
    Setting setting = scenario.build(kernel);
    System.out.printf("%s: %s%n", scenario.name(), scenario.title());
    System.out.printf("From: %s%n%n", scenario.source());
    System.out.println(scenario.story().indent(2));
    System.out.println("Words, and their values at the start:");
    for (Word word : setting.memory().words()) {
      System.out.printf("  %-22s %s%n", word.name(), word.show(word.initialValue()));
    }
    System.out.printf("%nMust never be seen:%n");
    for (Invariant invariant : setting.invariants()) {
      System.out.printf("  %s%n", invariant.broken());
    }
    System.out.printf("%nSteps under %s:%n", kernel.patch());
    for (int cpu = 0; cpu < setting.programs().size(); cpu++) {
      System.out.printf("  CPU%d: %s%n", cpu, setting.programs().get(cpu).name());
      Set<Step> steps = new LinkedHashSet<>(ScenarioSteps.of(setting, cpu));
      for (Step step : steps) {
        System.out.printf(
            "    %-6s %-38s %s%n", "(" + step.label() + ")", step.function(), step.what());
      }
    }
    System.out.printf("%nSimplifications of this scenario:%n");
    for (String simplification : scenario.simplifications()) {
      System.out.printf("  %s%n", simplification);
    }
  }
}
