package org.cowcheck.bench;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Ints;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Workloads by name and parameters, such as {@code gupfork:3:3} or {@code ainc:9}. */
public final class Workloads {
  private static final ImmutableMap<String, Family> FAMILIES =
      ImmutableMap.<String, Family>builder()
          .put("gupfork", new Family("G:R", n -> new GupFork(n[0], n[1]).inJava()))
          .put("gupfork-litmus", new Family("G:R", n -> new GupFork(n[0], n[1]).inLitmus()))
          .put("ainc", new Family("N", n -> ScalableShapes.ainc(n[0])))
          .put("readers", new Family("N", n -> ScalableShapes.readers(n[0])))
          .put("writers", new Family("N", n -> ScalableShapes.writers(n[0])))
          .put("fib", new Family("N", n -> ScalableShapes.fib(n[0])))
          .put("lastzero", new Family("N", n -> ScalableShapes.lastzero(n[0])))
          .put("mutex", new Family("N", n -> ScalableShapes.mutex(n[0])))
          .buildOrThrow();

  /** Programs of one shape, and the names of their parameters. */
  private record Family(String parameters, Function<int[], Workload> workload) {
    int arity() {
      return Splitter.on(':').splitToList(parameters).size();
    }
  }

  private Workloads() {}

  /** How all families are asked for. */
  public static ImmutableList<String> forms() {
    return FAMILIES.entrySet().stream()
        .map(family -> family.getKey() + ":" + family.getValue().parameters())
        .collect(ImmutableList.toImmutableList());
  }

  /**
   * A workload by its name with its parameters; empty if there is no such, or one is not &gt; 0.
   */
  public static Optional<Workload> named(String name) {
    List<String> parts = Splitter.on(':').splitToList(name);
    Family family = FAMILIES.get(parts.get(0));
    if (family == null || parts.size() != family.arity() + 1) {
      return Optional.empty();
    }
    int[] parameters = new int[family.arity()];
    for (int i = 0; i < parameters.length; i++) {
      Integer parameter = Ints.tryParse(parts.get(i + 1));
      if (parameter == null || parameter <= 0 || parameter > 1000) {
        return Optional.empty();
      }
      parameters[i] = parameter;
    }
    return Optional.of(family.workload().apply(parameters));
  }
}
