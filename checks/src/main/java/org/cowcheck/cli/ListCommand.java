package org.cowcheck.cli;

import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenarios;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import picocli.CommandLine.Command;

/** {@code cowcheck list}: what can be asked. */
@Command(name = "list", description = "Lists scenarios, patches, memory models and platforms.")
final class ListCommand implements Runnable {
  @Override
  public void run() {
    System.out.println("Scenarios (--scenario):");
    Scenarios.all().forEach(scenario -> line(scenario.name(), scenario.title()));
    System.out.println("Patches (--patch):");
    Patches.all().forEach(patch -> line(patch.name(), patch.title()));
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

  private static void line(String name, String title) {
    System.out.println(String.format("  %-34s %s", name, title).stripTrailing());
  }
}
