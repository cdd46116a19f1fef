package org.cowcheck.diff;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Iterables;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Step;
import org.cowcheck.mm.paths.Paths;
import org.cowcheck.patch.KernelState;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The statements of the kernel's source that the model knows, from {@code statements.yaml}. */
final class KnownSource {
  private static final Set<String> STATEMENT_KEYS =
      Set.of(
          "is",
          "code",
          "absent",
          "atomic",
          "nonatomic",
          "marked",
          "unmarked",
          "says",
          "fence",
          "of",
          "recheck",
          "lock",
          "call",
          "flag",
          "loose",
          "if",
          "copies");
  private static final Set<String> FUNCTION_KEYS = Set.of("function", "file", "statements");
  private static final Splitter WORDS = Splitter.on(' ').omitEmptyStrings().trimResults();

  private static final KnownSource ONLY = load();

  private final ImmutableMap<String, Step> steps;
  private final ImmutableList<KnownFunction> functions;

  private KnownSource(List<?> table) {
    ImmutableMap.Builder<String, Step> byLabel = ImmutableMap.builder();
    Paths.all().forEach(path -> path.all().forEach(step -> byLabel.put(step.label(), step)));
    steps = byLabel.buildOrThrow();
    functions =
        table.stream()
            .map(entry -> function((Map<?, ?>) entry))
            .collect(ImmutableList.toImmutableList());
  }

  private static KnownSource load() {
    try {
      String yaml =
          Resources.toString(
              Resources.getResource(KnownSource.class, "statements.yaml"), StandardCharsets.UTF_8);
      return new KnownSource(
          (List<?>)
              new Load(LoadSettings.builder().setLabel("statements").build()).loadFromString(yaml));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All functions. */
  static ImmutableList<KnownFunction> functions() {
    return ONLY.functions;
  }

  /** The step with a label that is known to exist. */
  static Step step(String label) {
    Step step = ONLY.steps.get(label);
    checkArgument(step != null, "no step %s", label);
    return step;
  }

  /** The function of this name in a file. */
  static Optional<KnownFunction> function(String file, String name) {
    return ONLY.functions.stream()
        .filter(function -> function.names().containsKey(name) && function.files().contains(file))
        .findFirst();
  }

  /** Files in which functions of this name are known. */
  static ImmutableSet<String> filesOf(String name) {
    return ONLY.functions.stream()
        .filter(function -> function.names().containsKey(name))
        .flatMap(function -> function.files().stream())
        .collect(ImmutableSet.toImmutableSet());
  }

  private KnownFunction function(Map<?, ?> entry) {
    checkArgument(FUNCTION_KEYS.containsAll(entry.keySet()), "unknown key in %s", entry.keySet());
    ImmutableMap.Builder<String, ImmutableSet<KernelState>> names = ImmutableMap.builder();
    for (String name : strings(entry.get("function"))) {
      int colon = name.indexOf(':');
      names.put(
          colon < 0 ? name : name.substring(0, colon).strip(),
          colon < 0
              ? ImmutableSet.copyOf(KernelState.values())
              : WORDS
                  .splitToStream(name.substring(colon + 1))
                  .map(KernelState::valueOf)
                  .collect(ImmutableSet.toImmutableSet()));
    }
    List<KnownStatement> statements = new ArrayList<>();
    for (Object statement : (List<?>) entry.get("statements")) {
      statements.add(statement(statements, (Map<?, ?>) statement));
    }
    return new KnownFunction(
        names.buildOrThrow(),
        ImmutableSet.copyOf(strings(entry.get("file"))),
        ImmutableList.copyOf(statements));
  }

  private KnownStatement statement(List<KnownStatement> before, Map<?, ?> entry) {
    checkArgument(STATEMENT_KEYS.containsAll(entry.keySet()), "unknown key in %s", entry);
    ImmutableList<ImmutableList<Step>> paths =
        Splitter.on('|')
            .omitEmptyStrings()
            .trimResults()
            .splitToStream((String) entry.get("is"))
            .map(path -> WORDS.splitToStream(path).map(this::known))
            .map(path -> path.collect(ImmutableList.toImmutableList()))
            .collect(ImmutableList.toImmutableList());
    Optional<Fence> fence =
        Optional.ofNullable((String) entry.get("fence")).map(name -> Fences.named(name).get());
    KnownStatement bare =
        new KnownStatement(
            before.size(),
            kind(entry, paths),
            paths,
            ImmutableList.of(),
            fence,
            Optional.ofNullable((String) entry.get("of")),
            strings(entry.get("if")).stream()
                .map(code -> String.join(" ", tokens(code)))
                .collect(ImmutableSet.toImmutableSet()),
            copies(entry.get("copies")));
    return new KnownStatement(
        bare.index(),
        bare.kind(),
        paths,
        forms(entry, bare),
        fence,
        bare.of(),
        bare.conditions(),
        bare.copies());
  }

  private Step known(String label) {
    Step step = steps.get(label);
    checkArgument(step != null, "no step %s", label);
    return step;
  }

  private static KnownStatement.Kind kind(Map<?, ?> entry, List<ImmutableList<Step>> paths) {
    if (entry.containsKey("loose")) {
      return KnownStatement.Kind.LOOSE;
    }
    if (entry.containsKey("flag")) {
      return KnownStatement.Kind.FLAG;
    }
    if (entry.containsKey("recheck")) {
      return KnownStatement.Kind.RECHECK;
    }
    if (entry.containsKey("lock")) {
      return KnownStatement.Kind.LOCK;
    }
    if (entry.containsKey("fence")) {
      return KnownStatement.Kind.FENCE;
    }
    if (entry.containsKey("call")) {
      return KnownStatement.Kind.CALL;
    }
    boolean isHunk =
        entry.containsKey("says")
            ? !((String) entry.get("says")).isEmpty()
            : Iterables.any(Iterables.concat(paths), step -> step.part() != Step.Part.PATH);
    return isHunk ? KnownStatement.Kind.HUNK : KnownStatement.Kind.ACCESS;
  }

  private static ImmutableList<KnownForm> forms(Map<?, ?> entry, KnownStatement statement) {
    Map<String, Boolean> says = new HashMap<>();
    if (entry.containsKey("says")) {
      for (String word : WORDS.split((String) entry.get("says"))) {
        says.put(word.replaceFirst("^-", ""), !word.startsWith("-"));
      }
    } else if (statement.kind() == KnownStatement.Kind.HUNK) {
      statement.hunks().forEach(label -> says.put(label, true));
    }
    return Stream.of(
            forms(entry, "code", says, true, KnownForm.Variant.AS_IT_IS),
            forms(entry, "atomic", says, true, KnownForm.Variant.ATOMIC),
            forms(entry, "nonatomic", says, true, KnownForm.Variant.NOT_ATOMIC),
            forms(entry, "marked", says, true, KnownForm.Variant.MARKED),
            forms(entry, "unmarked", says, true, KnownForm.Variant.UNMARKED),
            forms(entry, "absent", says, false, KnownForm.Variant.AS_IT_IS))
        .flatMap(forms -> forms)
        .collect(ImmutableList.toImmutableList());
  }

  private static Stream<KnownForm> forms(
      Map<?, ?> entry,
      String key,
      Map<String, Boolean> says,
      boolean isPresent,
      KnownForm.Variant variant) {
    return strings(entry.get(key)).stream()
        .map(
            code ->
                new KnownForm(
                    tokens(code),
                    isPresent,
                    where(says, isPresent),
                    where(says, !isPresent),
                    variant));
  }

  private static ImmutableSet<String> where(Map<String, Boolean> says, boolean value) {
    return says.entrySet().stream()
        .filter(entry -> entry.getValue() == value)
        .map(Map.Entry::getKey)
        .collect(ImmutableSet.toImmutableSet());
  }

  private static ImmutableList<String> tokens(String code) {
    return CLexer.tokens(code).stream().map(CToken::text).collect(ImmutableList.toImmutableList());
  }

  private static ImmutableMap<String, String> copies(Object labels) {
    ImmutableMap.Builder<String, String> copies = ImmutableMap.builder();
    if (labels != null) {
      ((Map<?, ?>) labels).forEach((from, to) -> copies.put((String) from, (String) to));
    }
    return copies.buildOrThrow();
  }

  private static List<String> strings(Object value) {
    if (value == null) {
      return List.of();
    }
    return value instanceof List<?> list
        ? list.stream().map(String.class::cast).toList()
        : List.of((String) value);
  }
}
