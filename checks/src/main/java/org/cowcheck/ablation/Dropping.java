package org.cowcheck.ablation;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static com.google.common.collect.ImmutableSet.toImmutableSet;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Iterables;
import com.google.common.collect.Multimaps;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.cowcheck.ablation.Engine.Answer;
import org.cowcheck.ablation.Engine.Question;
import org.cowcheck.memory.Fence;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Patch;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;
import org.cowcheck.verdict.Verdict;

/**
 * Drops the parts of a patch one at a time.
 *
 * <h2>Why few cells are enough</h2>
 *
 * Each cell is explored once with the whole patch. If it is Sometimes, it tells nothing of the
 * parts. If it is Never, all its executions were seen, and the labels whose edits could bear on
 * them are known: a part whose change is to other labels leaves the programs as they are, and so
 * the verdict. The rest is explored without the part, until something breaks.
 *
 * <p>A barrier only forbids executions. So where nothing breaks without it, nothing breaks with a
 * weaker one: weaker ones are tried in the cells that need some barrier there.
 */
public final class Dropping {
  private final Engine engine;
  private final Patch patch;
  private final ImmutableList<Part> parts;
  private final ImmutableList<Scenario> scenarios;
  private final ImmutableList<Column> columns;
  private final Accesses accesses;

  /**
   * A run.
   *
   * @param scenarios in the order of reports
   */
  public Dropping(
      Engine engine,
      Patch patch,
      ImmutableList<Part> parts,
      ImmutableList<Scenario> scenarios,
      ImmutableList<Column> columns,
      Accesses accesses) {
    this.engine = engine;
    this.patch = patch;
    this.parts = parts;
    this.scenarios = scenarios;
    this.columns = columns;
    this.accesses = accesses;
  }

  /** Explores what is needed. */
  public Ablation run() throws InterruptedException {
    ImmutableListMultimap<Column, Answer> wholes = wholes();
    ImmutableList<Tried> without =
        explore(
            columns.stream()
                .flatMap(
                    column -> parts.stream().flatMap(part -> bearing(part, wholes.get(column))))
                .collect(toImmutableList()));
    ImmutableList<Tried> weaker = explore(weaker(without));
    ImmutableMap<Part, ImmutableList<Finding>> findings = findings(wholes, without, weaker);
    return new Ablation(
        patch,
        accesses,
        scenarios.size(),
        columns.stream()
            .map(column -> whole(column, wholes.get(column)))
            .collect(toImmutableList()),
        findings,
        shown(findings),
        trims(wholes, findings));
  }

  private static Column column(Cell cell) {
    return new Column(cell.model(), cell.platform());
  }

  // The whole patch.

  private ImmutableListMultimap<Column, Answer> wholes() throws InterruptedException {
    ImmutableSet<String> labels =
        Stream.concat(
                parts.stream().map(Part::dropping),
                parts.stream().flatMap(part -> part.weaker().stream()).map(Part.Weaker::change))
            .flatMap(change -> differing(change).stream())
            .collect(toImmutableSet());
    ImmutableList<Question> questions =
        columns.stream()
            .flatMap(
                column ->
                    scenarios.stream()
                        .map(
                            scenario ->
                                new Question(
                                    new Cell(
                                        scenario,
                                        patch,
                                        column.platform(),
                                        column.model(),
                                        accesses),
                                    false,
                                    labels)))
            .collect(toImmutableList());
    return Multimaps.index(engine.ask(questions), answer -> column(answer.outcome().cell()));
  }

  private static Ablation.Whole whole(Column column, ImmutableList<Answer> answers) {
    ImmutableList<Outcome> outcomes =
        answers.stream().map(Answer::outcome).collect(toImmutableList());
    return new Ablation.Whole(
        column,
        only(outcomes, Verdict.NEVER).size(),
        executions(outcomes.stream()),
        only(outcomes, Verdict.SOMETIMES),
        only(outcomes, Verdict.UNKNOWN));
  }

  private static boolean is(Outcome outcome, Verdict verdict) {
    return outcome.verdict() == verdict;
  }

  /** The executions of those that are Never. */
  private static long executions(Stream<Outcome> outcomes) {
    return outcomes
        .filter(outcome -> is(outcome, Verdict.NEVER))
        .mapToLong(Outcome::executions)
        .sum();
  }

  private ImmutableSet<String> differing(Change change) {
    return Change.differing(patch, change.of(patch, "", ""));
  }

  // Without a part, or with a weaker one.

  /**
   * A changed patch in a cell that holds with the whole one.
   *
   * @param weaker the barrier in the place of the part, if it is not dropped
   */
  private record Asked(Part part, Optional<Fence> weaker, Patch changed, Outcome whole) {
    Column column() {
      return Dropping.column(whole.cell());
    }

    Question question() {
      Cell cell = whole.cell();
      return new Question(
          new Cell(cell.scenario(), changed, cell.platform(), cell.model(), cell.accesses()),
          false,
          ImmutableSet.of());
    }
  }

  private Patch with(Part part, Part.Weaker weaker) {
    return weaker
        .change()
        .of(
            patch,
            patch.name() + "-with-" + weaker.fence().kernelName() + "-for-" + part.name(),
            "%s, with %s for %s"
                .formatted(patch.title(), weaker.fence().kernelName(), part.title()));
  }

  /** The cells that hold with the whole patch and that a part bears on, without it. */
  private Stream<Asked> bearing(Part part, ImmutableList<Answer> wholes) {
    Patch changed = Parts.without(patch, part);
    ImmutableSet<String> labels = differing(part.dropping());
    return wholes.stream()
        .filter(answer -> is(answer.outcome(), Verdict.NEVER) && !answer.isUntouchedBy(labels))
        .map(answer -> new Asked(part, Optional.empty(), changed, answer.outcome()));
  }

  /** What was asked, and the answer. */
  private record Tried(Asked asked, Outcome outcome) {
    boolean is(Verdict verdict) {
      return outcome.verdict() == verdict;
    }

    boolean isOf(Part part, Column column) {
      return asked.part().equals(part) && asked.column().equals(column);
    }

    /** Whether there are data races that the whole patch has not. */
    boolean hasNewRaces() {
      return !ImmutableSet.copyOf(asked.whole().races()).containsAll(outcome.races());
    }
  }

  /** The answers in the order of what was asked; the cheap ones are asked first. */
  private ImmutableList<Tried> explore(ImmutableList<Asked> asked) throws InterruptedException {
    ImmutableList<Integer> cheapFirst =
        IntStream.range(0, asked.size())
            .boxed()
            .sorted(Comparator.comparingLong(i -> asked.get(i).whole().executions()))
            .collect(toImmutableList());
    ImmutableList<Answer> answers =
        engine.ask(
            cheapFirst.stream().map(i -> asked.get(i).question()).collect(toImmutableList()));
    Tried[] tried = new Tried[asked.size()];
    for (int i = 0; i < tried.length; i++) {
      int place = cheapFirst.get(i);
      tried[place] = new Tried(asked.get(place), answers.get(i).outcome());
    }
    return ImmutableList.copyOf(tried);
  }

  /** The weaker barriers, in the cells that need some barrier there. */
  private ImmutableList<Asked> weaker(ImmutableList<Tried> without) {
    ImmutableList.Builder<Asked> asked = ImmutableList.builder();
    for (Tried tried : without) {
      if (tried.is(Verdict.SOMETIMES)) {
        Part part = tried.asked().part();
        for (Part.Weaker weaker : part.weaker()) {
          asked.add(
              new Asked(
                  part, Optional.of(weaker.fence()), with(part, weaker), tried.asked().whole()));
        }
      }
    }
    return asked.build();
  }

  // What follows.

  private ImmutableMap<Part, ImmutableList<Finding>> findings(
      ImmutableListMultimap<Column, Answer> wholes,
      ImmutableList<Tried> without,
      ImmutableList<Tried> weaker) {
    ImmutableMap.Builder<Part, ImmutableList<Finding>> findings = ImmutableMap.builder();
    for (Part part : parts) {
      findings.put(
          part,
          columns.stream()
              .map(
                  column ->
                      finding(
                          part,
                          column,
                          of(part, column, without),
                          of(part, column, weaker),
                          wholes.get(column)))
              .collect(toImmutableList()));
    }
    return findings.buildOrThrow();
  }

  private static ImmutableList<Tried> of(Part part, Column column, ImmutableList<Tried> all) {
    return all.stream().filter(tried -> tried.isOf(part, column)).collect(toImmutableList());
  }

  private Finding finding(
      Part part,
      Column column,
      ImmutableList<Tried> without,
      ImmutableList<Tried> weaker,
      ImmutableList<Answer> wholes) {
    ImmutableList<Outcome> outcomes =
        without.stream().map(Tried::outcome).collect(toImmutableList());
    return new Finding(
        part,
        column,
        only(outcomes, Verdict.SOMETIMES),
        without.stream()
            .filter(tried -> tried.is(Verdict.NEVER) && tried.hasNewRaces())
            .map(Tried::outcome)
            .collect(toImmutableList()),
        only(outcomes, Verdict.NEVER).size(),
        executions(outcomes.stream()),
        only(outcomes, Verdict.UNKNOWN),
        silent(differing(part.dropping()), wholes),
        verdicts(part, weaker),
        wholes.stream().noneMatch(answer -> is(answer.outcome(), Verdict.UNKNOWN)));
  }

  private static int silent(ImmutableSet<String> labels, ImmutableList<Answer> wholes) {
    return (int)
        wholes.stream()
            .filter(
                answer ->
                    is(answer.outcome(), Verdict.SOMETIMES)
                        && answer.labels().stream().anyMatch(labels::contains))
            .count();
  }

  private static ImmutableList<Outcome> only(ImmutableList<Outcome> outcomes, Verdict verdict) {
    return outcomes.stream().filter(outcome -> is(outcome, verdict)).collect(toImmutableList());
  }

  /**
   * Per weaker barrier, the weakest first, the worst of the verdicts; none where none is needed.
   */
  private static ImmutableMap<Fence, Verdict> verdicts(Part part, ImmutableList<Tried> weaker) {
    ImmutableMap.Builder<Fence, Verdict> verdicts = ImmutableMap.builder();
    for (Part.Weaker form : part.weaker()) {
      weaker.stream()
          .filter(tried -> tried.asked().weaker().equals(Optional.of(form.fence())))
          .map(tried -> tried.outcome().verdict())
          .reduce(Dropping::worse)
          .ifPresent(verdict -> verdicts.put(form.fence(), verdict));
    }
    return verdicts.buildOrThrow();
  }

  private static Verdict worse(Verdict one, Verdict other) {
    if (one == Verdict.SOMETIMES || other == Verdict.SOMETIMES) {
      return Verdict.SOMETIMES;
    }
    return one == Verdict.UNKNOWN ? one : other;
  }

  /**
   * For each necessary part a cell that shows it: of the first column that has any, the one with
   * the shortest witness, explored to the end.
   */
  private ImmutableMap<Part, Outcome> shown(ImmutableMap<Part, ImmutableList<Finding>> findings)
      throws InterruptedException {
    Map<Part, Question> questions = new LinkedHashMap<>();
    findings.forEach(
        (part, ofPart) ->
            ofPart.stream()
                .filter(finding -> !finding.broken().isEmpty())
                .findFirst()
                .flatMap(finding -> finding.broken().stream().min(shortestWitness()))
                .ifPresent(
                    outcome ->
                        questions.put(
                            part, new Question(outcome.cell(), true, ImmutableSet.of()))));
    ImmutableList<Answer> answers = engine.ask(ImmutableList.copyOf(questions.values()));
    ImmutableMap.Builder<Part, Outcome> shown = ImmutableMap.builder();
    for (int i = 0; i < answers.size(); i++) {
      if (answers.get(i).outcome().witness().isPresent()) {
        shown.put(Iterables.get(questions.keySet(), i), answers.get(i).outcome());
      }
    }
    return shown.buildOrThrow();
  }

  private static Comparator<Outcome> shortestWitness() {
    return Comparator.comparingInt(
        outcome ->
            outcome.witness().map(witness -> witness.rows().size()).orElse(Integer.MAX_VALUE));
  }

  // All at once.

  private ImmutableList<Ablation.Trim> trims(
      ImmutableListMultimap<Column, Answer> wholes,
      ImmutableMap<Part, ImmutableList<Finding>> findings)
      throws InterruptedException {
    ImmutableList.Builder<Ablation.Trim> trims = ImmutableList.builder();
    for (Column column : columns) {
      List<Finding> trimmedParts = new ArrayList<>();
      Patch trimmed = patch;
      String name = patch.name() + "-trimmed-for-" + column.model();
      for (ImmutableList<Finding> ofPart : findings.values()) {
        Finding finding = ofPart.get(columns.indexOf(column));
        Optional<Change> change = trimming(finding);
        if (change.isPresent()) {
          trimmed = change.get().of(trimmed, name, patch.title() + ", trimmed");
          trimmedParts.add(finding);
        }
      }
      if (trimmedParts.size() > 1) {
        trims.add(trim(column, trimmed, ImmutableList.copyOf(trimmedParts), wholes.get(column)));
      }
    }
    return trims.build();
  }

  private static Optional<Change> trimming(Finding finding) {
    if (finding.part().kind() == Part.Kind.OMISSION) {
      return Optional.empty();
    }
    if (finding.role() == Finding.Role.REDUNDANT) {
      return Optional.of(finding.part().dropping());
    }
    return finding.part().weaker().stream()
        .filter(weaker -> finding.sufficing().equals(Optional.of(weaker.fence())))
        .map(Part.Weaker::change)
        .findFirst();
  }

  private Ablation.Trim trim(
      Column column, Patch trimmed, ImmutableList<Finding> of, ImmutableList<Answer> wholes)
      throws InterruptedException {
    ImmutableSet<String> labels = Change.differing(patch, trimmed);
    ImmutableList<Question> questions =
        wholes.stream()
            .filter(answer -> is(answer.outcome(), Verdict.NEVER) && !answer.isUntouchedBy(labels))
            .map(
                answer ->
                    new Question(
                        new Cell(
                            answer.outcome().cell().scenario(),
                            trimmed,
                            column.platform(),
                            column.model(),
                            accesses),
                        false,
                        ImmutableSet.of()))
            .collect(toImmutableList());
    ImmutableList<Outcome> outcomes =
        engine.ask(questions).stream().map(Answer::outcome).collect(toImmutableList());
    return new Ablation.Trim(
        column,
        trimmed,
        of,
        only(outcomes, Verdict.NEVER).size(),
        executions(outcomes.stream()),
        only(outcomes, Verdict.SOMETIMES),
        only(outcomes, Verdict.UNKNOWN));
  }
}
