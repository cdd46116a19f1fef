package org.cowcheck.patch;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.util.EnumSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cowcheck.memory.Step;

/** The kernel states in which a step is there, read from what follows its function's name. */
final class StatesOfStep {
  private static final Pattern RANGE = Pattern.compile("S([0-3]) to S([0-3])");
  private static final Pattern ONE = Pattern.compile("\\bS[0-3]\\b");

  private StatesOfStep() {}

  /** The states; all of them if the step names none, none if it came after all of them. */
  static ImmutableSet<KernelState> of(Step step) {
    if (step.part() == Step.Part.LATER) {
      return ImmutableSet.of();
    }
    int comma = step.function().indexOf(',');
    String when = comma < 0 ? "" : step.function().substring(comma);
    Matcher range = RANGE.matcher(when);
    if (range.find()) {
      return Sets.immutableEnumSet(
          EnumSet.range(
              KernelState.valueOf("S" + range.group(1)),
              KernelState.valueOf("S" + range.group(2))));
    }
    ImmutableSet<KernelState> named =
        ONE.matcher(when)
            .results()
            .map(result -> KernelState.valueOf(result.group()))
            .collect(Sets.toImmutableEnumSet());
    return named.isEmpty() ? ImmutableSet.copyOf(KernelState.values()) : named;
  }
}
