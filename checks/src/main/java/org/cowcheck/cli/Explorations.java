package org.cowcheck.cli;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.cowcheck.ablation.Engine;
import org.cowcheck.explore.Bounds;
import org.cowcheck.explore.Progress;
import org.cowcheck.explore.ScenarioCheck;
import org.cowcheck.verdict.Cell;
import org.cowcheck.verdict.Outcome;

/** Answers cells by exploring them, side by side. */
final class Explorations implements Engine {
  private final Bounds bounds;
  private final int threads;
  private final BooleanSupplier interrupted;

  Explorations(Bounds bounds, int threads, BooleanSupplier interrupted) {
    this.bounds = bounds;
    this.threads = threads;
    this.interrupted = interrupted;
  }

  @Override
  public ImmutableList<Answer> ask(ImmutableList<Question> questions) throws InterruptedException {
    ProgressLine line = new ProgressLine(System.err);
    AtomicInteger done = new AtomicInteger();
    try {
      return SideBySide.run(
          questions,
          threads,
          (question, inside) -> {
            Progress progress = line.of(done, questions.size(), question.cell().toString());
            Answer answer = answer(question, inside, progress);
            done.incrementAndGet();
            return answer;
          });
    } finally {
      line.clear();
    }
  }

  private Answer answer(Question question, int inside, Progress progress) {
    Cell cell = question.cell();
    if (interrupted.getAsBoolean()) {
      return new Answer(Checks.notExplored(cell, "interrupted"), ImmutableSet.of());
    }
    Set<String> labels = ConcurrentHashMap.newKeySet();
    ScenarioCheck check =
        ScenarioCheck.watchedBy(
            label -> {
              if (question.labels().contains(label)) {
                labels.add(label);
              }
            },
            cell,
            Names.model(cell.model()));
    Outcome outcome =
        question.toTheEnd()
            ? check.explore(bounds, inside, progress, interrupted)
            : check.exploreToFirst(bounds, progress, interrupted);
    return new Answer(outcome, ImmutableSet.copyOf(labels));
  }
}
