package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.cowcheck.journal.Entry;
import org.cowcheck.journal.Journal;
import org.cowcheck.journal.JournalContents;
import org.cowcheck.nightly.Change;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cowcheck merge}: one journal of the parts of a grid. */
@Command(
    name = "merge",
    description = {
      "Joins the latest ended runs of journals into a new journal, as one run.",
      "A cell that is in two of them has to have the same answer there."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:merged, and no cell is left or failed",
      "2:usage or bad input, or a cell with two answers; nothing is written",
      "3:merged, and cells are left or failed"
    })
final class MergeCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "DIR", description = "Of 'cowcheck nightly --shard'.")
  private List<Path> parts = List.of();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Where the new journal goes; must not be there.")
  private Path out;

  /** The run of a part, and how it ended. */
  private record Part(
      Entry.RunBegun begun, Entry.RunEnded ended, ImmutableMap<Entry.Key, Entry.CellDone> cells) {}

  @Override
  public Integer call() {
    if (Files.exists(out)) {
      throw new BadInputException(
          out + ": expected a directory that is not there; nothing is overwritten: choose another");
    }
    List<Part> all = new ArrayList<>();
    Map<Entry.Key, Entry.CellDone> cells = new LinkedHashMap<>();
    Map<Entry.Key, Path> from = new LinkedHashMap<>();
    for (Path directory : parts) {
      JournalContents contents = Journals.read(directory);
      Entry.RunBegun run = Journals.latestEnded(directory, contents);
      Part part =
          new Part(
              run,
              Journals.end(contents, run.run()).orElseThrow(),
              Journals.withWitnesses(directory, run.run()).cells(run.run()));
      all.add(part);
      part.cells().forEach((key, done) -> add(key, done, directory, cells, from));
    }
    int left = all.stream().mapToInt(part -> part.ended().left()).sum();
    write(all, cells, left);
    long failed =
        cells.values().stream()
            .filter(done -> done.verdict().equals(Entry.CellDone.FAILED))
            .count();
    System.out.printf(
        "%s: %,d cells of %d journals (parts %s), %,d failed, %,d left%n",
        out, cells.size(), all.size(), shards(all), failed, left);
    return failed > 0 || left > 0 ? ExitCode.UNKNOWN : ExitCode.OK;
  }

  private static void add(
      Entry.Key key,
      Entry.CellDone done,
      Path directory,
      Map<Entry.Key, Entry.CellDone> cells,
      Map<Entry.Key, Path> from) {
    Entry.CellDone other = cells.putIfAbsent(key, done);
    if (other == null) {
      from.put(key, directory);
      return;
    }
    ImmutableList<Change> changes =
        Change.between(ImmutableMap.of(key, other), ImmutableMap.of(key, done)).stream()
            .filter(change -> change.kind() != Change.Kind.NEW_OUTCOME)
            .collect(ImmutableList.toImmutableList());
    if (!changes.isEmpty()) {
      throw new BadInputException(
          "%s: %s is %s there and %s in %s; merge parts of one grid, or see 'compare %s %s'"
              .formatted(
                  directory,
                  key.cell(),
                  changes.get(0).after(),
                  changes.get(0).before(),
                  from.get(key),
                  from.get(key),
                  directory));
    }
  }

  private void write(List<Part> all, Map<Entry.Key, Entry.CellDone> cells, int left) {
    try (Journal journal = Journal.open(out)) {
      journal.append(
          new Entry.RunBegun(
              1,
              joined(all, part -> part.begun().started()).get(0),
              String.join("; ", joined(all, part -> part.begun().machine())),
              String.join("; ", joined(all, part -> part.begun().java())),
              plan(all),
              cells.size() + left,
              shards(all)));
      for (Entry.CellDone done : cells.values()) {
        journal.append(done.inRun(1));
      }
      List<String> ends = joined(all, part -> part.ended().ended());
      journal.append(new Entry.RunEnded(1, ends.get(ends.size() - 1), left));
    } catch (IOException e) {
      throw Journals.unwritable(out, e);
    }
  }

  private static List<String> joined(List<Part> all, Function<Part, String> of) {
    return all.stream().map(of).distinct().sorted().toList();
  }

  /** {@code 1/1} if all parts of a grid are there. */
  private static String shards(List<Part> all) {
    List<String> found = joined(all, part -> part.begun().shard());
    String parts = found.get(0).substring(found.get(0).indexOf('/'));
    boolean whole =
        found.stream().allMatch(shard -> shard.endsWith(parts))
            && found.size() == Integer.parseInt(parts.substring(1));
    return whole ? "1/1" : found.stream().collect(Collectors.joining(" "));
  }

  private static String plan(List<Part> all) {
    return Hashing.sha256()
        .hashString(
            String.join("\n", joined(all, part -> part.begun().plan())), StandardCharsets.UTF_8)
        .toString()
        .substring(0, 16);
  }
}
