package org.cowcheck.mm.paths;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Patches;
import org.junit.jupiter.api.Test;

/** Steps have labels that can be told apart, and patches name steps that exist. */
final class PathsTest {
  private static List<String> labels() {
    return Paths.all().stream().flatMap(path -> path.all().stream()).map(Step::label).toList();
  }

  private static ImmutableList<Step> steps() {
    return Paths.all().stream()
        .flatMap(path -> path.all().stream())
        .collect(ImmutableList.toImmutableList());
  }

  @Test
  void labelsAreUnique() {
    assertEquals(labels().size(), ImmutableSet.copyOf(labels()).size(), labels()::toString);
  }

  @Test
  void everyEditOfEveryPatchNamesAStep() {
    for (Patch patch : Patches.all()) {
      for (Edit edit : patch.edits()) {
        assertTrue(labels().contains(edit.label()), () -> patch + " edits " + edit);
      }
    }
  }

  @Test
  void everyMoveIsOfAHunkToAStepOfItsPath() {
    for (Steps path : Paths.all()) {
      path.moves()
          .forEach(
              (hunk, after) -> {
                assertNotEquals(Step.Part.PATH, hunk.part(), hunk::label);
                assertTrue(path.all().containsAll(List.of(hunk, after)), hunk::label);
              });
    }
  }

  @Test
  void barriersThatArePairedNameEachOther() {
    ImmutableMap<String, Step> steps =
        Paths.all().stream()
            .flatMap(path -> path.all().stream())
            .collect(ImmutableMap.toImmutableMap(Step::label, step -> step));
    for (Step step : steps.values()) {
      if (!step.partner().isEmpty()) {
        assertEquals(step.label(), steps.get(step.partner()).partner(), step.partner());
      }
    }
  }

  /** {@code Kernel} reads the states of a step from its function's text. */
  @Test
  void whatFollowsAFunctionsNameIsStatesOrNamesNone() {
    for (Step step : steps()) {
      List<String> ofStates =
          Splitter.on(", ").splitToList(step.function()).stream()
              .skip(1)
              .filter(part -> part.matches(".*\\bS\\d\\b.*"))
              .toList();
      if (step.part() == Step.Part.LATER) {
        continue;
      }
      assertTrue(ofStates.size() <= 1, () -> step + " has " + ofStates);
      ofStates.forEach(
          part ->
              assertTrue(
                  part.matches("S[0-3]|S([0-3]) (to|and) S[0-3]"), () -> step + " has " + part));
      assertFalse(step.kernelFunction().matches(".*\\bS\\d\\b.*"), step::function);
    }
  }

  /** A hunk that no path asks for could be dropped or added, and nothing would change. */
  @Test
  void everyHunkIsAskedForByItsPath() throws IOException, IllegalAccessException {
    int hunks = 0;
    for (Steps path : Paths.all()) {
      String source =
          Files.readString(
              Path.of("..", "model", "src", "main", "java")
                  .resolve(path.source().getName().replace('.', '/') + ".java"));
      for (Field field : path.source().getDeclaredFields()) {
        if (field.getType() == Step.class && Modifier.isStatic(field.getModifiers())) {
          field.setAccessible(true);
          Step step = (Step) field.get(null);
          String question =
              switch (step.part()) {
                case HUNK -> "\\bhas";
                case LATER -> "\\badds";
                case PATH -> "";
              };
          if (!question.isEmpty()) {
            hunks++;
            // The step itself is asked for, or a method asks for the step that it is given.
            assertTrue(
                finds(source, question + "\\(\\s*" + field.getName() + "\\s*\\)")
                    || (finds(source, question + "\\(step\\)")
                        && finds(source, "\\w\\(cpu, " + field.getName() + "\\b")),
                () -> path.source().getSimpleName() + " does not ask for " + step);
          }
        }
      }
    }
    assertEquals(
        steps().stream().filter(step -> step.part() != Step.Part.PATH).count(),
        hunks,
        "every hunk is a constant of its path's class");
  }

  private static boolean finds(String source, String pattern) {
    return Pattern.compile(pattern).matcher(source).find();
  }
}
