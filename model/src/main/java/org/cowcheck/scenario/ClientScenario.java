package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import java.util.stream.Collectors;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.client.Operation;
import org.cowcheck.patch.Patches;

/** Client programs as scenarios: each is named by its text. */
public final class ClientScenario {
  private static final ImmutableList<String> SIMPLIFICATIONS =
      ImmutableList.of(
          "zap is MADV_DONTNEED: no VMA is detached",
          "operations that the lock of the anon_vma keeps apart hold it for all of their paths");

  private ClientScenario() {}

  /** The scenario of a program. */
  public static Scenario of(ClientProgram program) {
    return new Scenario(
        program.toString(),
        title(program),
        title(program),
        "a client program",
        SIMPLIFICATIONS,
        Patches.states(),
        program::setting);
  }

  private static String title(ClientProgram program) {
    return program.start().title()
        + ": "
        + program.cpus().stream()
            .map(cpu -> cpu.stream().map(Operation::title).collect(Collectors.joining(", then ")))
            .collect(Collectors.joining("; meanwhile "));
  }
}
