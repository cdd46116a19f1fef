package org.cowcheck.diff;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import org.cowcheck.memory.Fence;

/** The barriers by their names in the kernel, without those of sections. */
final class Fences {
  private static final ImmutableMap<String, Fence> BY_NAME =
      Arrays.stream(Fence.values())
          .filter(fence -> !fence.isSectional())
          .collect(ImmutableMap.toImmutableMap(Fence::kernelName, Function.identity()));

  private Fences() {}

  static Optional<Fence> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }
}
