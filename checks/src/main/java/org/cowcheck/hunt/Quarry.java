package org.cowcheck.hunt;

import static java.util.Comparator.comparing;

import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import org.cowcheck.ablation.Column;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.nightly.Plan;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patch;
import org.cowcheck.scenario.ClientScenario;
import org.cowcheck.variant.VariantText;
import org.cowcheck.verdict.Cell;

/**
 * What is hunted, and where.
 *
 * @param programs all that there are; of them those of the shard are looked at
 * @param patch the kernel that they run in
 * @param patchArgument what names the patch on the command line
 * @param columns the memory models, each on a platform
 * @param maxExecutions where the exploration of one program stops
 * @param preemptions how many preemptions there are at most in an interleaving; if empty, all
 *     executions of a program are explored
 */
public record Quarry(
    Enumeration programs,
    Patch patch,
    String patchArgument,
    ImmutableList<Column> columns,
    long maxExecutions,
    OptionalInt preemptions,
    Plan.Shard shard) {
  /** The model whose executions every other model has. */
  static final String SC = "sc";

  /** The model whose executions are among those of the others comes first. */
  public Quarry {
    columns =
        ImmutableList.sortedCopyOf(
            comparing((Column column) -> !column.model().equals(SC)), columns);
  }

  /** Whether a program is one of this shard. */
  boolean has(ClientProgram program) {
    return shard.has(program.toString());
  }

  /** The question whether a program may break something. */
  Cell cell(ClientProgram program, Column column) {
    return new Cell(
        ClientScenario.of(program), patch, column.platform(), column.model(), Accesses.MARKED);
  }

  /** The command line that answers it alone. */
  public String command(Cell cell) {
    return "cowcheck check --scenario %s --patch %s --model %s --platform %s"
        .formatted(cell.scenario().name(), patchArgument, cell.model(), Cell.name(cell.platform()));
  }

  /**
   * What makes answers those to the same questions: the patch and the bounds. Which programs there
   * are does not: a hunt in more of them goes on where one in fewer has ended.
   */
  String digest() {
    return Hashing.sha256()
        .hashString(
            "hunt "
                + maxExecutions
                + (preemptions.isPresent() ? " " + preemptions : "")
                + " "
                + shard
                + "\n"
                + VariantText.print(patch),
            StandardCharsets.UTF_8)
        .toString()
        .substring(0, 16);
  }
}
