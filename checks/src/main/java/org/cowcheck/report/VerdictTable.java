package org.cowcheck.report;

import com.google.common.base.Strings;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.Multimap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.cowcheck.client.ClientProgram;
import org.cowcheck.verdict.Bases;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Verdict;

/** Outcomes as tables: one per scenario and access mode, a row per patch, a column per model. */
public final class VerdictTable {
  private final Expectations expectations;
  private final Bases bases;

  /** Tables of patches that are on record. */
  public VerdictTable(Expectations expectations) {
    this(expectations, Bases.NONE);
  }

  /**
   * Tables.
   *
   * @param bases what those patches are held against that are not on record
   */
  public VerdictTable(Expectations expectations, Bases bases) {
    this.expectations = expectations;
    this.bases = bases;
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
    boolean isHeld = rows.values().stream().anyMatch(VerdictTable::hasRecord);
    if (isHeld) {
      head.add("as recorded");
    }
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
      if (isHeld) {
        line.add(remarks(rows.get(patch)));
      }
      lines.add(line);
    }
    return align(lines);
  }

  /** How a row stands against the record: its own, or that of what the patch is held against. */
  private String remarks(Collection<Outcome> row) {
    String differences =
        row.stream()
            .map(this::asRecorded)
            .filter(remark -> !remark.isEmpty())
            .collect(Collectors.joining("; "));
    if (!differences.isEmpty()) {
      return differences;
    }
    String held =
        row.stream()
            .flatMap(outcome -> bases.of(outcome.cell(), expectations).stream())
            .map(base -> base.patch().name())
            .distinct()
            .collect(Collectors.joining(", "));
    if (!held.isEmpty()) {
      return "as " + held;
    }
    return row.stream().anyMatch(outcome -> bases.has(outcome.cell().patch())) ? "" : "yes";
  }

  /** Whether it is a matter of the catalogue: of client programs nothing is on record. */
  private static boolean hasRecord(Outcome outcome) {
    return !ClientProgram.looksLike(outcome.cell().scenario().name());
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
    if (bases.has(outcome.cell().patch())) {
      return asBase(outcome);
    }
    if (expectations.agrees(outcome)) {
      return "";
    }
    String found = outcome.cell().model() + " " + outcome.summary();
    return expectations
        .summary(outcome.cell())
        .map(recorded -> "NO: " + found + ", recorded " + recorded)
        .orElse("not on record: " + found);
  }

  /**
   * What is to be said of a patch that is not on record; empty if it is as what it is held against.
   */
  private String asBase(Outcome outcome) {
    return bases
        .of(outcome.cell(), expectations)
        .filter(base -> !base.summary().equals(outcome.summary()))
        .map(
            base ->
                "%s %s, %s %s"
                    .formatted(
                        outcome.cell().model(), outcome.summary(), base.patch(), base.summary()))
        .orElse("");
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
    List<Outcome> own =
        outcomes.stream()
            .filter(outcome -> !bases.has(outcome.cell().patch()) && hasRecord(outcome))
            .toList();
    List<Outcome> held =
        outcomes.stream()
            .filter(outcome -> bases.of(outcome.cell(), expectations).isPresent())
            .toList();
    String standing =
        own.isEmpty() && !outcomes.isEmpty()
            ? outcomes.size() + " cells"
            : "%d of %d as recorded"
                .formatted(own.stream().filter(expectations::agrees).count(), own.size());
    if (!held.isEmpty()) {
      standing +=
          ", %d of %d differ from what is on record of their base"
              .formatted(
                  held.stream().filter(outcome -> !asBase(outcome).isEmpty()).count(), held.size());
    }
    return standing
        + ": "
        + ImmutableList.copyOf(Verdict.values()).stream()
            .map(
                verdict ->
                    outcomes.stream().filter(outcome -> outcome.verdict() == verdict).count()
                        + " "
                        + verdict.word())
            .collect(Collectors.joining(", "));
  }
}
