package org.cowcheck.cli;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Sets;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cowcheck.client.MalformedProgramException;
import org.cowcheck.client.Operation;
import org.cowcheck.client.Start;
import org.cowcheck.explore.Bounds;
import org.cowcheck.hunt.Bag;
import org.cowcheck.hunt.Enumeration;
import org.cowcheck.hunt.Hunt;
import org.cowcheck.hunt.Quarry;
import org.cowcheck.journal.Journal;
import org.cowcheck.patch.Patch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code cowcheck hunt}: every small program of kernel operations. */
@Command(
    name = "hunt",
    description = {
      "Explores every small program of kernel operations, from every start, the smallest first.",
      "Programs of one CPU come with those of as many as are asked for; each once up to renaming."
          + " One that contains a smaller one that breaks something is not run, nor one whose CPUs"
          + " touch no common word.",
      "With --out it keeps a journal: stopped at any moment and started again, it goes on. Programs"
          + " with the same cause are one finding there."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:nothing is violated, and all programs were explored to the end",
      "1:something is violated",
      "2:usage or bad input; the directory is in use, or cannot be written",
      "3:nothing is violated, and a bound was reached, the budget spent, or a program failed"
    })
final class HuntCommand implements Callable<Integer> {
  private static final Pattern RANGE = Pattern.compile("(?:(\\d{1,2})\\.\\.)?(\\d{1,2})");
  private static final int MOST_CPUS = 4;
  private static final int MOST_OPS = 4;

  @Option(
      names = "--patch",
      required = true,
      paramLabel = "PATCH",
      description =
          "The kernel: see 'list'; S1 is the seed. A commit is the kernel it was made for, with it."
              + " A file is a variant (*.yaml, *.yml), else a diff.")
  private String patch;

  @Option(
      names = "--cpus",
      paramLabel = "N",
      description =
          "Programs of so many CPUs: 2, 3, 2..3; those of one come with them. Default: 2.")
  private String cpus = "2";

  @Option(
      names = "--ops",
      paramLabel = "N",
      description = "Each CPU does up to so many operations, 1..3 at most 3. Default: 1.")
  private String ops = "1";

  @Option(
      names = "--paths",
      split = ",",
      paramLabel = "OPERATION",
      description = "Only these operations. Default: all.")
  private List<String> paths = List.of();

  @Option(
      names = "--start",
      split = ",",
      paramLabel = "START",
      description = "Only from these starts. Default: all.")
  private List<String> starts = List.of();

  @Mixin private ModelOptions models = new ModelOptions();

  @Option(
      names = "--max-executions",
      paramLabel = "N",
      description = "Stop a program after so many executions: Unknown. Default: ${DEFAULT-VALUE}.")
  private long maxExecutions = 200_000;

  @Option(
      names = "--preemptions",
      paramLabel = "N",
      description =
          "Look only at the interleavings in which CPUs are preempted so often at most; what breaks"
              + " in none of them is Unknown. Default: explore every execution.")
  private Integer preemptions;

  @Option(
      names = "--budget",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "End after this time: 30m, 8h. Default: when all is done.")
  private Duration budget = Bounds.NONE.timeout();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the journal is; made if it is not there. Default: none is kept.")
  private Path out;

  @Option(
      names = "--no-findings",
      description = "Make no findings of what is violated; else they are in DIR/findings.")
  private boolean noFindings;

  @Mixin private ThreadsOption threads = new ThreadsOption();

  @Mixin private ShardOption shard = new ShardOption();

  @Option(names = "--quiet", description = "Say nothing until the end.")
  private boolean quiet;

  @Override
  public Integer call() throws InterruptedException {
    Quarry quarry = quarry();
    long start = System.nanoTime();
    long end = start + budget.toNanos();
    try (Interruption interruption = new Interruption();
        Journal journal = out == null ? null : Journal.open(out)) {
      if (journal != null) {
        Journals.complain(out.resolve(Journal.FILE), journal.before());
      }
      HuntProgress progress = new HuntProgress(System.err, Optional.ofNullable(out), budget, quiet);
      Bag bag =
          new Hunt(
                  quarry,
                  Optional.ofNullable(journal),
                  () -> interruption.isRequested() || System.nanoTime() - end > 0,
                  progress)
              .run(threads.threads());
      progress.end(interruption.isRequested() ? "stopped" : "ended");
      HuntSummary summary = new HuntSummary(quarry, bag);
      summary.print(Duration.ofNanos(System.nanoTime() - start), System.out);
      if (out != null && !noFindings) {
        findings(quarry).make(bag, interruption::isRequested, System.out);
      }
      return summary.exitCode();
    } catch (IOException e) {
      throw Journals.unwritable(out, e);
    }
  }

  private HuntFindings findings(Quarry quarry) {
    return new HuntFindings(
        out,
        quarry.patchArgument(),
        new Bounds(
            Math.min(maxExecutions, FindingCommand.USUAL_EXECUTIONS),
            Bounds.NONE.timeout(),
            Bounds.NONE.maxEvents()),
        threads.threads());
  }

  private Quarry quarry() {
    if (preemptions != null && preemptions < 0) {
      throw new BadInputException("--preemptions must be at least 0, not " + preemptions);
    }
    if (maxExecutions <= 0) {
      throw new BadInputException("--max-executions must be at least 1, not " + maxExecutions);
    }
    threads.threads();
    PatchArgument asked = PatchArgument.of(patch);
    Patch kernel = asked.patch();
    int[] cpuRange = range("--cpus", cpus, MOST_CPUS);
    int[] opsRange = range("--ops", ops, MOST_OPS);
    TreeSet<Integer> counts = new TreeSet<>(List.of(1));
    for (int count = cpuRange[0]; count <= cpuRange[1]; count++) {
      counts.add(count);
    }
    Enumeration programs =
        new Enumeration(
            starts(), operations(), kernel, ImmutableSortedSet.copyOf(counts), opsRange[1]);
    if (programs.sizes().stream().noneMatch(size -> programs.ofSize(size).hasNext())) {
      throw new BadInputException(
          "expected a program, found none: no operation of --paths has anything to do with a start"
              + " of --start under "
              + kernel);
    }
    return new Quarry(
        programs,
        kernel,
        asked.argument(),
        models.columns(),
        maxExecutions,
        preemptions == null ? OptionalInt.empty() : OptionalInt.of(preemptions),
        shard.shard());
  }

  private ImmutableSet<Start> starts() {
    return starts.isEmpty()
        ? Sets.immutableEnumSet(EnumSet.allOf(Start.class))
        : Sets.immutableEnumSet(
            starts.stream().map(name -> named("--start", () -> Start.named(name))).toList());
  }

  private ImmutableSet<Operation> operations() {
    return paths.isEmpty()
        ? Sets.immutableEnumSet(EnumSet.allOf(Operation.class))
        : Sets.immutableEnumSet(
            paths.stream()
                .map(name -> named("--paths", () -> Operation.named(name)))
                .collect(toImmutableList()));
  }

  private static <T> T named(String option, Supplier<T> named) {
    try {
      return named.get();
    } catch (MalformedProgramException e) {
      throw new BadInputException(option + ": " + e.getMessage());
    }
  }

  /** From where to where: N alone is from N to N. */
  private static int[] range(String option, String text, int most) {
    Matcher matcher = RANGE.matcher(text);
    if (matcher.matches()) {
      int last = Integer.parseInt(matcher.group(2));
      int first = matcher.group(1) == null ? last : Integer.parseInt(matcher.group(1));
      if (first >= 1 && first <= last && last <= most) {
        return new int[] {first, last};
      }
    }
    throw new BadInputException(
        "%s must be N or M..N, from 1 to %d, not '%s'".formatted(option, most, text));
  }
}
