package org.cowcheck.report;

import com.google.common.base.Strings;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.Multimap;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Verdict;

/** Outcomes as tables: one per scenario and access mode, a row per patch, a column per model. */
public final class VerdictTable {
  private final Expectations expectations;

  public VerdictTable(Expectations expectations) {
    this.expectations = expectations;
  }

  /** The tables, in the order in which their first outcome comes. */
  public String print(List<Outcome> outcomes) {
    Multimap<String, Outcome> tables = LinkedHashMultimap.create();
    for (Outcome outcome : outcomes) {
      Cell cell = outcome.cell();
      tables.put(
          String.format(
              "%s, %s: %s", cell.scenario(), Cell.name(cell.accesses()), cell.scenario().title()),
          outcome);
    }
    StringBuilder text = new StringBuilder();
    for (String title : tables.keySet()) {
      text.append(title).append('\n').append(table(tables.get(title))).append('\n');
    }
    return text.toString();
  }

  private String table(Iterable<Outcome> outcomes) {
    Multimap<String, Outcome> rows = LinkedHashMultimap.create();
    Set<String> columns = new LinkedHashSet<>();
    for (Outcome outcome : outcomes) {
      rows.put(outcome.cell().patch().name(), outcome);
      columns.add(column(outcome));
    }
    List<List<String>> lines = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("patch"));
    head.addAll(columns);
    head.add("as recorded");
    lines.add(head);
    for (String patch : rows.keySet()) {
      List<String> line = new ArrayList<>(List.of(patch));
      for (String column : columns) {
        line.add(
            rows.get(patch).stream()
                .filter(outcome -> column(outcome).equals(column))
                .map(VerdictTable::show)
                .findFirst()
                .orElse(""));
      }
      line.add(
          rows.get(patch).stream()
              .map(this::asRecorded)
              .filter(remark -> !remark.isEmpty())
              .collect(
                  Collectors.collectingAndThen(
                      Collectors.joining("; "), remarks -> remarks.isEmpty() ? "yes" : remarks)));
      lines.add(line);
    }
    return align(lines);
  }

  private static String column(Outcome outcome) {
    return outcome.cell().model() + " x " + Cell.name(outcome.cell().platform());
  }

  private static String show(Outcome outcome) {
    return String.format(
        Locale.ROOT,
        "%-9s %,7d %6.2fs%s",
        outcome.verdict().word(),
        outcome.executions(),
        outcome.seconds(),
        outcome.races().isEmpty() ? "" : " data race");
  }

  /** What is to be said of an outcome against the record; empty if it agrees. */
  private String asRecorded(Outcome outcome) {
    if (expectations.agrees(outcome)) {
      return "";
    }
    String found = outcome.cell().model() + " " + outcome.summary();
    return expectations
        .summary(outcome.cell())
        .map(recorded -> "NO: " + found + ", recorded " + recorded)
        .orElse("not on record: " + found);
  }

  private static String align(List<List<String>> lines) {
    int columns = lines.get(0).size();
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      StringBuilder row = new StringBuilder(" ");
      for (int i = 0; i < columns; i++) {
        int column = i;
        int width = lines.stream().mapToInt(other -> other.get(column).length()).max().orElse(0);
        row.append(' ').append(Strings.padEnd(line.get(i), width, ' ')).append(' ');
      }
      text.append(row.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  /** One line on how the outcomes stand against the record, and how Never is known. */
  public String summary(List<Outcome> outcomes) {
    long recorded = outcomes.stream().filter(expectations::agrees).count();
    return String.format(
        "%d of %d as recorded: %s",
        recorded,
        outcomes.size(),
        ImmutableList.copyOf(Verdict.values()).stream()
            .map(
                verdict ->
                    outcomes.stream().filter(outcome -> outcome.verdict() == verdict).count()
                        + " "
                        + verdict.word())
            .collect(Collectors.joining(", ")));
  }
}
