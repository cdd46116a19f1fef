package org.cowcheck.report;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Iterables;
import com.google.common.collect.LinkedListMultimap;
import com.google.common.collect.ListMultimap;
import com.google.common.collect.Lists;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cowcheck.ablation.Ablation;
import org.cowcheck.ablation.Column;
import org.cowcheck.ablation.Finding;
import org.cowcheck.ablation.Part;
import org.cowcheck.memory.Fence;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Edit;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Verdict;

/**
 * What dropping the parts of a patch has shown, as text: a table, then for each part what it
 * protects, with a witness; last what the whole patch does.
 */
public final class AblationText {
  private static final int COLUMNS = 3;
  private static final int FIELD = 14;
  private static final int NAMED = 10;

  private final Ablation ablation;
  private final ImmutableMap<Cell, Path> files;

  private AblationText(Ablation ablation, Map<Cell, Path> files) {
    this.ablation = ablation;
    this.files = ImmutableMap.copyOf(files);
  }

  /**
   * The text.
   *
   * @param files what replays the witness of a cell
   */
  public static String print(Ablation ablation, Map<Cell, Path> files) {
    AblationText text = new AblationText(ablation, files);
    return text.head()
        + text.tables()
        + text.legend()
        + text.parts()
        + text.wholes()
        + text.trims()
        + text.notes();
  }

  private String head() {
    return Lines.paragraph(ablation.patch().name() + ": " + ablation.patch().title(), 0, 2)
        + "%s, dropped one at a time, in %s%n%n"
            .formatted(
                Lines.count(ablation.findings().size(), "part"),
                Lines.count(ablation.scenarios(), "scenario"));
  }

  // The table.

  private String tables() {
    ImmutableList<Column> columns =
        ablation.wholes().stream().map(Ablation.Whole::column).collect(toImmutableList());
    StringBuilder text = new StringBuilder();
    for (List<Column> some : Lists.partition(columns, COLUMNS)) {
      List<List<String>> rows = new ArrayList<>();
      rows.add(row("part", some.stream().map(Column::toString).toList()));
      ablation
          .findings()
          .forEach(
              (part, findings) ->
                  rows.add(
                      row(
                          name(part, some.size()),
                          some.stream()
                              .map(column -> field(findings.get(columns.indexOf(column))))
                              .toList())));
      text.append(Lines.table(rows)).append('\n');
    }
    return text.toString();
  }

  private static List<String> row(String first, List<String> others) {
    List<String> row = new ArrayList<>();
    row.add(first);
    row.addAll(others);
    return row;
  }

  private String name(Part part, int columns) {
    int ids =
        ablation.findings().keySet().stream()
            .mapToInt(other -> other.id().length())
            .max()
            .orElse(0);
    String name = String.format("%-" + (ids + 1) + "s%s", part.id(), part.title());
    int room = Lines.WIDTH - 3 - columns * (FIELD + 2);
    return name.length() <= room ? name : name.substring(0, room - 2) + "..";
  }

  private static String field(Finding finding) {
    return switch (finding.role()) {
      case NECESSARY ->
          finding
                  .sufficing()
                  .map(fence -> fence.kernelName() + " ok")
                  .orElse(Finding.Role.NECESSARY.word())
              + " "
              + finding.broken().size();
      case AGAINST_RACES -> Finding.Role.AGAINST_RACES.word() + " " + finding.racy().size();
      case REDUNDANT -> Finding.Role.REDUNDANT.word() + " " + finding.held();
      case UNTOLD, NOT_RUN, UNKNOWN -> finding.role().word();
    };
  }

  private String legend() {
    List<List<String>> rows = new ArrayList<>();
    legend(rows, Finding.Role.NECESSARY, " N", "without it N scenarios break");
    if (findings().anyMatch(finding -> finding.sufficing().isPresent())) {
      rows.add(List.of("smp_.. ok N", "so it is, but this weaker barrier in its place is enough"));
    }
    legend(rows, Finding.Role.AGAINST_RACES, " N", "without it N scenarios have new data races");
    legend(
        rows, Finding.Role.REDUNDANT, " N", "N scenarios come by it, and none breaks without it");
    legend(
        rows,
        Finding.Role.UNTOLD,
        "",
        "only scenarios that break with the whole patch as well come by it");
    legend(rows, Finding.Role.NOT_RUN, "", "no scenario comes by it");
    legend(rows, Finding.Role.UNKNOWN, "", "none breaks without it as far as was explored");
    return Lines.table(rows) + "\n";
  }

  private void legend(List<List<String>> rows, Finding.Role role, String n, String meaning) {
    if (findings().anyMatch(finding -> finding.role() == role)) {
      rows.add(List.of(role.word() + n, meaning));
    }
  }

  private java.util.stream.Stream<Finding> findings() {
    return ablation.findings().values().stream().flatMap(ImmutableList::stream);
  }

  // The parts one by one.

  private String parts() {
    StringBuilder text = new StringBuilder();
    ablation.findings().forEach((part, findings) -> text.append(part(part, findings)).append('\n'));
    return text.toString();
  }

  private String part(Part part, ImmutableList<Finding> findings) {
    StringBuilder text =
        new StringBuilder(
            Lines.paragraph(
                part.id()
                    + "  "
                    + part.title()
                    + (part.what().isEmpty() ? "" : " (" + part.what() + ")"),
                0,
                4));
    if (isVacuous(part)) {
      text.append("  changes nothing unless accesses are taken --accesses as-written\n");
    }
    ListMultimap<String, Column> columns = LinkedListMultimap.create();
    findings.forEach(finding -> columns.put(said(finding), finding.column()));
    for (String said : columns.keySet()) {
      String head = columns.get(said).stream().map(Column::toString).collect(joining(", ")) + ": ";
      String first = said.lines().findFirst().orElse("");
      text.append(Lines.paragraph(head + first, 2, 6));
      said.lines().skip(1).forEach(line -> text.append(line).append('\n'));
    }
    Outcome shown = ablation.shown().get(part);
    if (shown != null) {
      text.append(shown(findings, shown));
    }
    return text.toString();
  }

  /** Whether a part is about marks, which mean nothing where all accesses are taken as marked. */
  private boolean isVacuous(Part part) {
    return ablation.accesses() == Accesses.MARKED
        && part.dropping().removes().stream()
            .anyMatch(edit -> edit instanceof Edit.Mark || edit instanceof Edit.Unmark);
  }

  /** What dropping does, in words. */
  private static String without(Part part) {
    return part.kind() == Part.Kind.OMISSION ? "if that is put back" : "without it";
  }

  /** What is to be said of a part under a memory model; the same of several is said once. */
  private String said(Finding finding) {
    String without = without(finding.part());
    String silent =
        finding.silent() == 0
            ? ""
            : "; %d more %s with the whole patch as well"
                .formatted(finding.silent(), finding.silent() == 1 ? "breaks" : "break");
    return switch (finding.role()) {
      case NECESSARY ->
          "necessary; %s %s %s%s%s:%n"
                  .formatted(
                      someOf(finding.broken().size(), finding.cells()),
                      finding.broken().size() == 1 ? "breaks" : "break",
                      without,
                      finding.isOpen() ? ", as far as was explored" : "",
                      silent)
              + Lines.list(names(finding.broken()), 6)
              + weaker(finding);
      case AGAINST_RACES ->
          "nothing breaks %s, but there are data races in:%n".formatted(without)
              + Lines.list(names(finding.racy()), 6);
      case REDUNDANT ->
          "redundant; %s %s %s (%s)%s"
              .formatted(
                  someOf(finding.held(), finding.held()),
                  finding.held() == 1 ? "holds" : "hold",
                  without,
                  Lines.count(finding.executions(), "execution"),
                  silent);
      case UNTOLD ->
          "untold; the %s that %s by it %s with the whole patch as well"
              .formatted(
                  Lines.count(finding.silent(), "scenario"),
                  finding.silent() == 1 ? "comes" : "come",
                  finding.silent() == 1 ? "breaks" : "break");
      case NOT_RUN -> "not run; no scenario comes by it";
      case UNKNOWN -> unknown(finding, without);
    };
  }

  private String unknown(Finding finding, String without) {
    String held =
        "Unknown; %s %s %s"
            .formatted(
                Lines.count(finding.held(), "scenario"),
                finding.held() == 1 ? "holds" : "hold",
                without);
    return finding.open().isEmpty()
        ? held + "; others were not explored to the end with the whole patch"
        : held
            + ", %d not explored to the end (%s):%n"
                .formatted(finding.open().size(), reasons(finding.open()))
            + Lines.list(names(finding.open()), 6);
  }

  /** So many of those that come by a part. */
  private static String someOf(int some, int all) {
    if (all == 1) {
      return "the only scenario that comes by it";
    }
    return some == all
        ? "all %d scenarios that come by it".formatted(all)
        : "%d of the %d scenarios that come by it".formatted(some, all);
  }

  private static String weaker(Finding finding) {
    if (finding.weaker().isEmpty()) {
      return "";
    }
    return Lines.paragraph(
        finding.weaker().entrySet().stream()
            .map(entry -> enough(entry.getKey(), entry.getValue()))
            .collect(joining("; ", "in its place: ", "")),
        6,
        8);
  }

  private static String enough(Fence fence, Verdict verdict) {
    return switch (verdict) {
      case NEVER -> fence.kernelName() + " is enough";
      case SOMETIMES -> fence.kernelName() + " is not enough";
      case UNKNOWN -> fence.kernelName() + " was not explored to the end";
    };
  }

  private static ImmutableList<String> names(List<Outcome> outcomes) {
    return outcomes.stream()
        .map(outcome -> outcome.cell().scenario().name())
        .collect(toImmutableList());
  }

  private static String reasons(List<Outcome> outcomes) {
    return outcomes.stream()
        .map(
            outcome -> outcome.stopped().isEmpty() ? "no execution is complete" : outcome.stopped())
        .distinct()
        .collect(joining(", "));
  }

  private String shown(ImmutableList<Finding> findings, Outcome shown) {
    Cell cell = shown.cell();
    String text =
        "  %s, %s, without it:%n%s"
            .formatted(
                cell.scenario(),
                new Column(cell.model(), cell.platform()),
                WitnessSketch.print(shown.witness().orElseThrow(), 4));
    Path file = files.get(cell);
    if (file == null) {
      return text + "    no replay file\n";
    }
    long others =
        findings.stream()
                .flatMap(finding -> finding.broken().stream())
                .filter(outcome -> files.containsKey(outcome.cell()))
                .count()
            - 1;
    return text
        + "    replay "
        + file
        + "\n"
        + (others <= 0
            ? ""
            : "    replay the others: %s%n"
                .formatted(
                    Path.of(String.valueOf(file.getParent()))
                        .resolve("*." + cell.patch() + ".*.json")));
  }

  // The whole patch.

  private String wholes() {
    StringBuilder text = new StringBuilder("With the whole patch\n");
    for (Ablation.Whole whole : ablation.wholes()) {
      text.append(
          "  %s: %s %s (%s)"
              .formatted(
                  whole.column(),
                  Lines.count(whole.held(), "scenario"),
                  whole.held() == 1 ? "holds" : "hold",
                  Lines.count(whole.executions(), "execution")));
      if (!whole.broken().isEmpty()) {
        text.append(
            "; %d %s with it as well and tell%s nothing:%n"
                .formatted(
                    whole.broken().size(),
                    whole.broken().size() == 1 ? "breaks" : "break",
                    whole.broken().size() == 1 ? "s" : ""));
        text.append(Lines.list(names(whole.broken()), 6));
      } else {
        text.append('\n');
      }
      if (!whole.open().isEmpty()) {
        text.append(
            "      %d not explored to the end (%s), so nothing is called redundant:%n"
                .formatted(whole.open().size(), reasons(whole.open())));
        ImmutableList<String> names = names(whole.open());
        text.append(Lines.list(names.subList(0, Math.min(NAMED, names.size())), 6));
        if (names.size() > NAMED) {
          text.append("      and %d more%n".formatted(names.size() - NAMED));
        }
      }
    }
    return text + "\n";
  }

  private String trims() {
    if (ablation.trims().isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder("All that can go, gone at once\n");
    for (Ablation.Trim trim : ablation.trims()) {
      text.append(Lines.paragraph(trim.column() + ": " + changes(trim), 2, 6));
      if (!trim.broken().isEmpty()) {
        text.append(
            "      each alone can go, but not all at once; %s then:%n"
                .formatted(
                    trim.broken().size() == 1
                        ? "1 scenario breaks"
                        : trim.broken().size() + " scenarios break"));
        text.append(Lines.list(names(trim.broken()), 6));
        Path file = files.get(Iterables.get(trim.broken(), 0).cell());
        text.append(file == null ? "" : "      replay " + file + "\n");
      } else if (!trim.open().isEmpty()) {
        text.append(
            "      Unknown; %d not explored to the end (%s)%n"
                .formatted(trim.open().size(), reasons(trim.open())));
      } else {
        text.append(
            "      the %s that come by it hold (%s)%n"
                .formatted(
                    Lines.count(trim.held(), "scenario"),
                    Lines.count(trim.executions(), "execution")));
      }
    }
    return text + "\n";
  }

  private static String changes(Ablation.Trim trim) {
    List<String> without = new ArrayList<>();
    List<String> with = new ArrayList<>();
    for (Finding finding : trim.findings()) {
      if (finding.sufficing().isPresent()) {
        with.add(finding.sufficing().get().kernelName() + " for " + finding.part().id());
      } else {
        without.add(finding.part().id());
      }
    }
    if (!without.isEmpty()) {
      with.add(0, "without " + String.join(", ", without));
    }
    return String.join("; ", with);
  }

  private String notes() {
    StringBuilder text =
        new StringBuilder(
            Lines.paragraph(
                "Holds: the explorer saw every execution in which (po | rf) has no cycle. A"
                    + " scenario that does not come by a part is the same program without it.",
                0,
                2));
    if (ablation.wholes().stream().anyMatch(whole -> whole.column().model().equals("lkmm"))) {
      text.append("Holds (lkmm): load buffering is not explored in model programs.\n");
    }
    if (findings()
        .anyMatch(
            finding ->
                finding.sufficing().isPresent() && finding.part().title().matches("w?r?mb .*"))) {
      text.append("What mb, rmb and wmb order towards devices is not modelled.\n");
    }
    return text.toString();
  }
}
