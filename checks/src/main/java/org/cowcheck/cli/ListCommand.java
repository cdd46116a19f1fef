package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Origin;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import picocli.CommandLine.Command;

/** {@code cowcheck list}: what can be asked. */
@Command(
    name = "list",
    description = {
      "Lists scenarios, by where they come from, patches, memory models and platforms.",
      "--scenario also takes the id of a reported race, a commit or a CVE."
    })
final class ListCommand implements Runnable {
  @Override
  public void run() {
    scenarios("of our own", Origin.Own.class);
    scenarios("of reported races", Origin.Race.class);
    scenarios("of rows of the table of entries", Origin.EntryRow.class);
    scenarios("of cells of tools/testing/selftests/mm/cow.c", Origin.SelftestCell.class);
    head("Patches (--patch)", Patches.all());
    for (Patch patch : Patches.all()) {
      line(patch.name().equals("seed") ? "seed, S1" : patch.name(), patch.title());
    }
    System.out.println("Memory models (--model) and their default platforms:");
    for (MemoryModel model : MemoryModels.all()) {
      line(model.name(), Cell.name(Expectations.defaultPlatform(model.name())));
    }
    System.out.println("Platforms (--platform):");
    for (Platform platform : Platform.values()) {
      line(Cell.name(platform), "");
    }
    System.out.println("Accesses that race by design but are plain in the source (--accesses):");
    for (Accesses accesses : Accesses.values()) {
      line(Cell.name(accesses), "");
    }
  }

  private static void scenarios(String from, Class<? extends Origin> kind) {
    ImmutableList<Scenario> scenarios =
        Scenarios.all().stream()
            .filter(scenario -> kind.isInstance(scenario.origin()))
            .collect(ImmutableList.toImmutableList());
    if (scenarios.isEmpty()) {
      return;
    }
    head("Scenarios " + from + " (--scenario)", scenarios);
    for (Scenario scenario : scenarios) {
      line(scenario.name(), scenario.title());
      String origin = origin(scenario.origin());
      if (!origin.isEmpty()) {
        line("", origin);
      }
    }
  }

  private static String origin(Origin origin) {
    if (origin instanceof Origin.Race race) {
      return "%s, %s: %s -> %s"
          .formatted(
              race.id(),
              race.fix(),
              race.before().isEmpty() ? "never" : String.join(", ", race.before()),
              race.after().isEmpty() ? "not fixed" : String.join(", ", race.after()));
    }
    if (origin instanceof Origin.EntryRow row) {
      return "entry: " + row.entry();
    }
    return origin instanceof Origin.SelftestCell cell ? cell.test() + ", " + cell.kind() : "";
  }

  private static void head(String what, List<?> all) {
    System.out.printf("%s: %d%n", what, all.size());
  }

  private static void line(String name, String title) {
    System.out.println(String.format("  %-34s %s", name, title).stripTrailing());
  }
}
