package org.cowcheck.linear;

import com.google.common.collect.ImmutableList;
import java.lang.ref.Reference;
import java.lang.ref.SoftReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.LinCheckerKt;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.kotlinx.lincheck.strategy.IncorrectResultsFailure;
import org.jetbrains.kotlinx.lincheck.strategy.LincheckFailure;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jetbrains.lincheck.datastructures.verifier.EpsilonVerifier;

/**
 * Lincheck 3.7 in model-checking mode; the one class that knows its entry points.
 *
 * <p>Lincheck makes the object under test itself, by a constructor without arguments, on the thread
 * that called it: hence the thread-local session.
 *
 * <h2>What Lincheck instruments</h2>
 *
 * The class of every object that it can reach from the object under test, or sees being made by
 * instrumented code. A class that it misses takes part without a switch point: then every check
 * passes, and nothing says why. It does not look through {@code java.lang.ref}. So the session is
 * behind references, and exactly {@link Bus} is in sight: that is fast, and it does not depend on
 * how a scenario makes its objects. The collections of java.util are in sight everywhere: so none
 * is shared by what takes part in an access, or the access would not be one step. A spinning loop
 * elsewhere than in {@link Bus} is not seen as a loop, and would end as a hang.
 */
final class ModelChecker {
  /** A CPU that waits for ever is found by its loop, long before. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final ThreadLocal<Session> SESSION = new ThreadLocal<>();

  private ModelChecker() {}

  /**
   * What Lincheck says of a failure.
   *
   * @param text empty if there is none
   * @param isAboutResults whether its verifier rejects what the operations returned
   */
  record Report(String text, boolean isAboutResults) {
    boolean isEmpty() {
      return text.isEmpty();
    }
  }

  /** Runs a session; returns Lincheck's report of a failure, or the empty string. */
  static String report(Session session, int invocations) {
    SESSION.set(session);
    try {
      return report(options(session.programs(), invocations), Target.class).text();
    } finally {
      SESSION.remove();
    }
  }

  /** Runs the operations of a class. */
  static Report report(ModelCheckingOptions options, Class<?> operations) {
    LincheckFailure failure = LinCheckerKt.checkImpl(options, operations);
    return failure == null
        ? new Report("", false)
        : new Report(failure.toString(), failure instanceof IncorrectResultsFailure);
  }

  private static ModelCheckingOptions options(ImmutableList<String> programs, int invocations) {
    List<List<Actor>> threads = new ArrayList<>();
    for (int cpu = 0; cpu < programs.size(); cpu++) {
      threads.add(List.of(run(cpu, programs.get(cpu))));
    }
    return stepByStep(new ModelCheckingOptions())
        .iterations(0)
        .invocationsPerIteration(invocations)
        .minimizeFailedScenario(false)
        .verifier(EpsilonVerifier.class)
        .addGuarantee(
            ManagedStrategyGuaranteeKt.forClasses(Session.class.getName()).methods("end").ignore())
        .addCustomScenario(new ExecutionScenario(List.of(), threads, List.of(), null));
  }

  /** Makes each access to {@link Values} one step, and waits for what is only slow. */
  static ModelCheckingOptions stepByStep(ModelCheckingOptions options) {
    return options
        .invocationTimeout$lincheck(PATIENCE.toMillis())
        .addGuarantee(
            ManagedStrategyGuaranteeKt.forClasses(Values.class.getName())
                .methods(Values.ACCESSES.toArray(String[]::new))
                .treatAsAtomic())
        .addGuarantee(
            ManagedStrategyGuaranteeKt.forClasses(Values.class.getName())
                .methods(Values.PARTS.toArray(String[]::new))
                .ignore());
  }

  private static Actor run(int cpu, String program) {
    try {
      return new Actor(
          Target.class.getMethod("run", int.class, String.class), List.of(cpu, program));
    } catch (NoSuchMethodException e) {
      throw new AssertionError(e);
    }
  }

  /** What Lincheck calls: a new object for every invocation. */
  public static final class Target {
    private final Reference<Session> session = new SoftReference<>(SESSION.get());
    private final Reference<Invocation> invocation = new SoftReference<>(SESSION.get().begin());

    @SuppressWarnings("UnusedVariable") // Lincheck instruments what it can reach from here
    private final Bus bus = invocation.get().bus();

    /** Runs the program of a CPU; its name is for the trace. */
    public long run(int cpu, String program) {
      return session.get().run(invocation.get(), cpu);
    }

    /** Lincheck calls it after all programs. */
    @Validate
    public void invariantsHold() {
      String broken = session.get().end(invocation.get());
      if (!broken.isEmpty()) {
        throw new AssertionError(broken);
      }
    }
  }
}
