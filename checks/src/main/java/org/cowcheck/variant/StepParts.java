package org.cowcheck.variant;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Maps;
import com.google.common.collect.Sets;
import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.paths.Paths;

/**
 * What steps do that a patch can change, in any kernel state and on any platform: from {@code
 * step-parts.json} beside this class, which a walk over the catalogue makes.
 *
 * <p>A step that no scenario executes is not in it.
 */
public final class StepParts {
  /** The file, beside this class. */
  public static final String FILE = "step-parts.json";

  private static final String FENCE = "fence ";

  private final ImmutableMap<String, Parts> steps;

  /** What a step may have beside fences. */
  public enum Part {
    /** A second look. */
    RECHECK("recheck"),
    /** A lock, or a section of RCU or with interrupts off, that begins there. */
    LOCK("lock"),
    /** A bit operation that is not atomic. */
    NON_ATOMIC("non-atomic"),
    /** A bit operation that is atomic and returns nothing. */
    ATOMIC("atomic"),
    /** An access that is plain in the source. */
    PLAIN("plain"),
    /** A READ_ONCE or WRITE_ONCE. */
    MARKED("marked");

    private final String word;

    Part(String word) {
      this.word = word;
    }
  }

  /**
   * What a step does.
   *
   * @param fences its barriers, and those that wait for sections
   */
  public record Parts(ImmutableSet<Fence> fences, ImmutableSet<Part> others) {
    public Parts {
      fences = Sets.immutableEnumSet(fences);
      others = Sets.immutableEnumSet(others);
    }

    private static Parts of(List<String> words) {
      return new Parts(
          Arrays.stream(Fence.values())
              .filter(fence -> words.contains(FENCE + fence.kernelName()))
              .collect(Sets.toImmutableEnumSet()),
          Arrays.stream(Part.values())
              .filter(part -> words.contains(part.word))
              .collect(Sets.toImmutableEnumSet()));
    }

    private String print() {
      return Stream.concat(
              fences.stream().map(fence -> FENCE + fence.kernelName()),
              others.stream().map(part -> part.word))
          .collect(Collectors.joining("\", \"", "[\"", "\"]"))
          .replace("[\"\"]", "[]");
    }

    /** Whether it has a barrier that another can stand in for. */
    boolean hasOrdinaryFence() {
      return fences.stream().anyMatch(fence -> !fence.isSectional());
    }
  }

  private StepParts(ImmutableMap<String, Parts> steps) {
    this.steps = steps;
  }

  /** What is known of steps, by their labels. */
  public static StepParts of(Map<String, Parts> steps) {
    return new StepParts(ImmutableMap.copyOf(steps));
  }

  /** Reads the file. */
  public static StepParts read() {
    try (Reader reader =
        new InputStreamReader(StepParts.class.getResourceAsStream(FILE), StandardCharsets.UTF_8)) {
      Map<String, List<String>> steps =
          new Gson().fromJson(reader, new TypeToken<Map<String, List<String>>>() {}.getType());
      return of(Maps.transformValues(steps, Parts::of));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether some scenario executes a step. */
  public boolean isExecuted(String label) {
    return steps.containsKey(label);
  }

  /** What a step does; nothing if no scenario executes it. */
  public Parts at(String label) {
    return steps.getOrDefault(label, new Parts(ImmutableSet.of(), ImmutableSet.of()));
  }

  /** The text of the file: a step a line, in the order of the paths. */
  public String print() {
    return Paths.all().stream()
        .map(Steps::all)
        .flatMap(List::stream)
        .map(Step::label)
        .filter(steps::containsKey)
        .map(label -> "  \"" + label + "\": " + steps.get(label).print())
        .collect(Collectors.joining(",\n", "{\n", "\n}\n"));
  }
}
