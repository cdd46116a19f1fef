package org.cowcheck.verdict;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableTable;
import com.google.common.collect.Table;
import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cowcheck.patch.Platform;

/**
 * What is on record: the verdicts that were looked at by hand and believed, from {@code
 * expectations} beside this class, a file per topic.
 *
 * <p>Each is the summary of an {@link Outcome}, for a model on its default platform: sc and lkmm on
 * generic, tso on x86.
 */
public final class Expectations {
  private static final ImmutableList<String> FILES =
      ImmutableList.of(
          "page-slab",
          "gup-fast",
          "thp",
          "collapse",
          "hugetlb",
          "migration",
          "walkers",
          "slow-gup",
          "swap",
          "contents",
          "selftest");

  private final Table<String, String, String> summaries;

  private Expectations(Table<String, String, String> summaries) {
    this.summaries = summaries;
  }

  /** One entry of a file: for each patch, the summary per model. */
  private record Entry(
      List<String> scenarios,
      String accesses,
      List<String> why,
      Map<String, Map<String, String>> verdicts) {}

  /** Reads the files. */
  public static Expectations read() {
    ImmutableTable.Builder<String, String, String> summaries = ImmutableTable.builder();
    for (String file : FILES) {
      for (Entry entry : entries("expectations/" + file + ".json")) {
        add(entry, summaries);
      }
    }
    return new Expectations(summaries.buildOrThrow());
  }

  private static List<Entry> entries(String file) {
    try (Reader reader =
        new InputStreamReader(
            Expectations.class.getResourceAsStream(file), StandardCharsets.UTF_8)) {
      return new Gson().fromJson(reader, new TypeToken<List<Entry>>() {}.getType());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void add(Entry entry, ImmutableTable.Builder<String, String, String> summaries) {
    for (String scenario : entry.scenarios) {
      entry.verdicts.forEach(
          (patch, models) ->
              models.forEach(
                  (model, summary) ->
                      summaries.put(row(scenario, entry.accesses), column(patch, model), summary)));
    }
  }

  private static String row(String scenario, String accesses) {
    return scenario + " " + accesses;
  }

  private static String column(String patch, String model) {
    return patch + " " + model;
  }

  /** The platform that a model's verdicts are on record for. */
  public static Platform defaultPlatform(String model) {
    return model.equals("tso") ? Platform.X86 : Platform.GENERIC;
  }

  /** The summary on record for a cell, such as {@code Never (data race)}. */
  public Optional<String> summary(Cell cell) {
    return cell.platform() == defaultPlatform(cell.model())
        ? Optional.ofNullable(
            summaries.get(
                row(cell.scenario().name(), Cell.name(cell.accesses())),
                column(cell.patch().name(), cell.model())))
        : Optional.empty();
  }

  /** The verdict on record for a cell. */
  public Optional<Verdict> verdict(Cell cell) {
    return summary(cell).map(summary -> Verdict.ofWord(summary.replace(" (data race)", "")));
  }

  /** Whether an outcome is what is on record, races included. */
  public boolean agrees(Outcome outcome) {
    return summary(outcome.cell()).equals(Optional.of(outcome.summary()));
  }
}
