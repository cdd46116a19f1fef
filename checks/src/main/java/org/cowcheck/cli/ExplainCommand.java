package org.cowcheck.cli;

import java.util.Set;
import java.util.stream.Collectors;
import org.cowcheck.explore.ScenarioSteps;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Word;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.setting.Setting;
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
      description =
          "Whose steps to show, as for 'check'. Default: seed or S3, whichever it is about.")
  private String patch;

  @Override
  public void run() {
    Scenario scenario = Names.scenario(name);
    Patch shown = patch == null ? Names.patch(usual(scenario)) : Names.patch(patch);
    Kernel kernel = new Kernel(shown, Platform.GENERIC, Accesses.MARKED);
    Setting setting = scenario.build(kernel);
    System.out.printf("%s: %s%n", scenario.name(), scenario.title());
    System.out.printf("From: %s%n%n", scenario.source());
    System.out.println(scenario.story().indent(2));
    ScenarioSteps steps = ScenarioSteps.of(setting);
    System.out.println("Words that are accessed, their values at the start, and by whom:");
    for (Word word : setting.memory().words()) {
      Set<Integer> readers = steps.readers().get(word);
      Set<Integer> writers = steps.writers().get(word);
      if (!readers.isEmpty() || !writers.isEmpty()) {
        String line =
            String.format(
                "  %-22s %-40s %-20s %s",
                word.name(),
                word.show(word.initialValue()),
                accesses("read by", readers),
                accesses("written by", writers));
        System.out.println(line.stripTrailing());
      }
    }
    System.out.printf("%nMust never be seen:%n");
    for (Invariant invariant : setting.invariants()) {
      System.out.printf("  %s%n", invariant.broken());
    }
    System.out.printf("%nSteps under %s:%n", kernel.patch());
    for (int cpu = 0; cpu < setting.programs().size(); cpu++) {
      System.out.printf("  CPU%d: %s%n", cpu, setting.programs().get(cpu).name());
      for (Step step : steps.steps().get(cpu)) {
        System.out.printf(
            "    %-6s %-38s %s%s%n",
            "(" + step.label() + ")",
            step.function(),
            step.what(),
            !step.partner().isEmpty() ? "; paired with " + step.partner() : "");
      }
    }
    System.out.printf("%nSimplifications of this scenario:%n");
    for (String simplification : scenario.simplifications()) {
      System.out.printf("  %s%n", simplification);
    }
  }

  private static String usual(Scenario scenario) {
    return scenario.patches().contains(Names.patch("seed-without-wmb")) ? "seed" : "S3";
  }

  private static String accesses(String how, Set<Integer> cpus) {
    return cpus.isEmpty()
        ? ""
        : cpus.stream()
            .sorted()
            .map(cpu -> "CPU" + cpu)
            .collect(Collectors.joining(", ", how + " ", ""));
  }
}
