package org.cowcheck.report;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.Multimap;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.paths.Paths;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Origin;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.verdict.CatalogueCells;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Expectations;
import org.cowcheck.verdict.Verdict;

/**
 * The page of verdicts: the whole catalogue in Markdown, to look a race up in.
 *
 * <p>Links are relative to the directory {@code model}, where the page is kept.
 */
public final class VerdictPage {
  private static final String SOURCES = "src/main/java/";
  private static final int HEAVIEST = 10;

  private static final String HEAD =
      """
      # Verdicts

      Made by `cowcheck verdicts`; a test holds it against the record and the explorer.

      A line per reported race, then a section per scenario. **SC** is any interleaving, on the platform generic; \
      **x86** is TSO with x86's code; **LKMM** is the Linux-kernel memory model on generic, the weakest that an \
      architecture may do; **arm64** is LKMM with arm64's code. *Never*: in no execution. **Sometimes**: in some; \
      `cowcheck check --scenario NAME --patch NAME` shows it. Patches are kernel states, S0 v5.17, S1 the RFC series \
      ("seed"), S2 v5.19, S3 v6.1, and variants of them.

      """;

  private final ImmutableList<Scenario> scenarios;
  private final Facts facts;
  private final StringBuilder text = new StringBuilder();

  /** What is known of the catalogue. */
  public interface Facts {
    /** The verdict of a cell. */
    Optional<Verdict> verdict(Cell cell);

    /** How many executions a cell has. */
    OptionalLong executions(Cell cell);

    /** The steps that occur in executions of a scenario, under SC and any of its patches. */
    ImmutableSet<Step> steps(Scenario scenario);
  }

  private VerdictPage(ImmutableList<Scenario> scenarios, Facts facts) {
    this.scenarios = scenarios;
    this.facts = facts;
  }

  /** The page of these scenarios. */
  public static String print(ImmutableList<Scenario> scenarios, Facts facts) {
    VerdictPage page = new VerdictPage(scenarios, facts);
    page.text.append(HEAD);
    page.index();
    page.entryRows();
    page.selftests();
    page.sections("Reported races", Origin.Race.class);
    page.sections("Questions of our own", Origin.Own.class);
    page.sections("Rows of the table of entries", Origin.EntryRow.class);
    page.selftestNames();
    page.heaviest();
    return page.text.toString();
  }

  private ImmutableList<Scenario> of(Class<? extends Origin> kind) {
    return scenarios.stream()
        .filter(scenario -> kind.isInstance(scenario.origin()))
        .collect(toImmutableList());
  }

  private void line(String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }

  // One line per race.

  private void index() {
    if (of(Origin.Race.class).isEmpty()) {
      return;
    }
    line("## Reported races at a glance\n");
    line("| race | fixed by | scenario | there before | seen on | gone after |");
    line("|---|---|---|---|---|---|");
    for (Scenario scenario : of(Origin.Race.class)) {
      Origin.Race race = (Origin.Race) scenario.origin();
      line(
          "| %s | %s | [%s](#%s) | %s | %s | %s |",
          race.id(),
          race.fix(),
          scenario.name(),
          scenario.name(),
          race.before().isEmpty() ? "never" : String.join(", ", race.before()),
          race.before().stream()
              .flatMap(name -> patch(scenario, name).stream())
              .map(patch -> CatalogueCells.visible(scenario, patch, race))
              .map(cell -> cell.model().equals("sc") ? "SC" : column(cell))
              .distinct()
              .collect(joining(", ")),
          race.after().isEmpty() ? "not fixed" : String.join(", ", race.after()));
    }
    line("");
  }

  private static Optional<Patch> patch(Scenario scenario, String name) {
    return scenario.patches().stream().filter(patch -> patch.name().equals(name)).findFirst();
  }

  private static String column(Cell cell) {
    String name = Cell.name(cell.platform());
    return cell.platform() == Platform.GENERIC
        ? cell.model().toUpperCase(Locale.ROOT)
        : cell.model().equals("sc") ? "SC on " + name : name;
  }

  // Rows of the table of entries, and the matrix of cow.c: per state the strongest model that shows
  // it.

  private static final String WEAKEST =
      "Each field is the strongest model that shows a violation: **SC**, **x86** or **LKMM**; *never* if none"
          + " does. Empty: not modelled.\n";

  private void entryRows() {
    if (of(Origin.EntryRow.class).isEmpty()) {
      return;
    }
    line("## Rows of the table of entries\n");
    line(WEAKEST);
    line("| entry | scenario | %s |", states());
    line("|---|---|%s", "---|".repeat(Patches.states().size()));
    for (Scenario scenario : of(Origin.EntryRow.class)) {
      line(
          "| %s | [%s](#%s) | %s |",
          ((Origin.EntryRow) scenario.origin()).entry(),
          scenario.name(),
          scenario.name(),
          Patches.states().stream()
              .map(state -> strongest(scenario, state))
              .collect(joining(" | ")));
    }
    line("");
  }

  private static String states() {
    return Patches.states().stream()
        .map(state -> state.name().equals("seed") ? "S1" : state.name())
        .collect(joining(" | "));
  }

  private String strongest(Scenario scenario, Patch patch) {
    for (String model : List.of("sc", "tso", "lkmm")) {
      Cell cell = onDefault(scenario, patch, model);
      Optional<Verdict> verdict = facts.verdict(cell);
      if (verdict.isEmpty() || !scenario.patches().contains(patch)) {
        return "";
      }
      if (verdict.get() != Verdict.NEVER) {
        return "**" + (verdict.get() == Verdict.SOMETIMES ? column(cell) : "unknown") + "**";
      }
    }
    return "never";
  }

  private void selftests() {
    if (of(Origin.SelftestCell.class).isEmpty()) {
      return;
    }
    line("## tools/testing/selftests/mm/cow.c\n");
    line(WEAKEST);
    ImmutableList<String> tests = distinct(Origin.SelftestCell::test);
    ImmutableList<String> kinds = distinct(Origin.SelftestCell::kind);
    for (Patch state : Patches.states()) {
      line("Under %s (%s):\n", state.name().equals("seed") ? "S1" : state.name(), state.title());
      line("| test | %s |", String.join(" | ", kinds));
      line("|---|%s", "---|".repeat(kinds.size()));
      for (String test : tests) {
        line(
            "| %s | %s |",
            test, kinds.stream().map(kind -> selftest(test, kind, state)).collect(joining(" | ")));
      }
      line("");
    }
  }

  private void selftestNames() {
    if (of(Origin.SelftestCell.class).isEmpty()) {
      return;
    }
    line("## Cells of cow.c: %d\n", of(Origin.SelftestCell.class).size());
    line("| test | memory | scenario |");
    line("|---|---|---|");
    for (Scenario scenario : of(Origin.SelftestCell.class)) {
      Origin.SelftestCell cell = (Origin.SelftestCell) scenario.origin();
      line("| %s | %s | %s |", cell.test(), cell.kind(), scenario.name());
    }
    line("");
  }

  private ImmutableList<String> distinct(Function<Origin.SelftestCell, String> part) {
    return of(Origin.SelftestCell.class).stream()
        .map(scenario -> part.apply((Origin.SelftestCell) scenario.origin()))
        .distinct()
        .collect(toImmutableList());
  }

  private String selftest(String test, String kind, Patch state) {
    return of(Origin.SelftestCell.class).stream()
        .filter(scenario -> scenario.origin().equals(new Origin.SelftestCell(test, kind)))
        .map(scenario -> strongest(scenario, state))
        .distinct()
        .collect(joining(", "));
  }

  // One section per scenario.

  private void sections(String title, Class<? extends Origin> kind) {
    ImmutableList<Scenario> own = of(kind);
    if (own.isEmpty()) {
      return;
    }
    line("## %s: %d\n", title, own.size());
    own.forEach(this::section);
  }

  private void section(Scenario scenario) {
    line("### %s\n", scenario.name());
    String race =
        scenario.origin() instanceof Origin.Race of
            ? "%s, fixed by %s. ".formatted(of.id(), of.fix())
            : "";
    line(
        "%s%s: %s. Paths: %s.\n",
        race,
        "[" + scenario.writtenIn().getSimpleName() + "](" + file(scenario.writtenIn()) + ")",
        scenario.title(),
        paths(scenario));
    boolean differs = scenario.patches().stream().anyMatch(patch -> onArm64(scenario, patch));
    line("| patch | SC | x86 | LKMM |%s", differs ? " arm64 |" : "");
    line("|---|---|---|---|%s", differs ? "---|" : "");
    Multimap<String, String> rows = LinkedHashMultimap.create();
    for (Patch patch : scenario.patches()) {
      String verdicts =
          Stream.of("sc", "tso", "lkmm")
              .map(model -> show(facts.verdict(onDefault(scenario, patch, model))))
              .collect(joining(" | "));
      if (differs) {
        verdicts += " | " + facts.verdict(arm64(scenario, patch)).map(VerdictPage::show).orElse("");
      }
      rows.put(verdicts, patch.name());
    }
    for (String verdicts : rows.keySet()) {
      line("| %s | %s |", String.join(", ", rows.get(verdicts)), verdicts);
    }
    line("");
  }

  /** Whether arm64 answers otherwise than generic. */
  private boolean onArm64(Scenario scenario, Patch patch) {
    Optional<Verdict> verdict = facts.verdict(arm64(scenario, patch));
    return verdict.isPresent()
        && !verdict.equals(facts.verdict(onDefault(scenario, patch, "lkmm")));
  }

  private static Cell arm64(Scenario scenario, Patch patch) {
    return new Cell(scenario, patch, Platform.ARM64, "lkmm", Accesses.MARKED);
  }

  private static Cell onDefault(Scenario scenario, Patch patch, String model) {
    return new Cell(scenario, patch, Expectations.defaultPlatform(model), model, Accesses.MARKED);
  }

  private static String show(Optional<Verdict> verdict) {
    return verdict.map(VerdictPage::show).orElse("not checked");
  }

  private static String show(Verdict verdict) {
    return verdict == Verdict.NEVER ? verdict.word() : "**" + verdict.word() + "**";
  }

  /** The kernel paths, each with a link to its file. */
  private String paths(Scenario scenario) {
    ImmutableSet<Step> steps = facts.steps(scenario);
    return Paths.all().stream()
        .filter(path -> path.all().stream().anyMatch(steps::contains))
        .map(Steps::source)
        .distinct()
        .map(path -> "[" + path.getSimpleName() + "](" + file(path) + ")")
        .collect(joining(", "));
  }

  private static String file(Class<?> type) {
    Class<?> outermost = type.getNestHost();
    return SOURCES + outermost.getName().replace('.', '/') + ".java";
  }

  // Where time goes.

  private void heaviest() {
    line("## The heaviest scenarios\n");
    line("The most executions that a cell of a scenario has.\n");
    line("| scenario | patch | model | executions |");
    line("|---|---|---|---|");
    scenarios.stream()
        .flatMap(scenario -> heaviest(scenario).stream())
        .sorted(
            Comparator.comparing((Cell cell) -> -facts.executions(cell).orElseThrow())
                .thenComparing(Cell::toString))
        .limit(HEAVIEST)
        .forEach(
            cell ->
                line(
                    "| %s | %s | %s | %,d |",
                    cell.scenario(),
                    cell.patch(),
                    cell.model(),
                    facts.executions(cell).orElseThrow()));
  }

  private Optional<Cell> heaviest(Scenario scenario) {
    return scenario.patches().stream()
        .flatMap(
            patch -> Stream.of("sc", "tso", "lkmm").map(model -> onDefault(scenario, patch, model)))
        .filter(cell -> facts.executions(cell).isPresent())
        .max(
            Comparator.comparing((Cell cell) -> facts.executions(cell).orElseThrow())
                .thenComparing(Cell::toString));
  }
}
