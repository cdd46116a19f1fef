package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import java.util.function.BiFunction;
import org.cowcheck.memory.Memory;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patch;
import org.cowcheck.setting.Setting;

/**
 * A race, described once for all engines.
 *
 * @param name as the command line knows it
 * @param title one line that says what races with what
 * @param story the paragraph and the CPU columns that {@code explain} shows
 * @param source the commit, message or section of the discussion that the race comes from
 * @param simplifications what the scenario leaves out beyond what its paths leave out
 * @param patches those that bear on it: what is checked unless others are asked for
 * @param setting builds the objects and programs in fresh memory, for a kernel
 * @param origin where it comes from
 */
public record Scenario(
    String name,
    String title,
    String story,
    String source,
    ImmutableList<String> simplifications,
    ImmutableList<Patch> patches,
    BiFunction<Kernel, Memory, Setting> setting,
    Origin origin) {

  /** A question of our own. */
  public Scenario(
      String name,
      String title,
      String story,
      String source,
      ImmutableList<String> simplifications,
      ImmutableList<Patch> patches,
      BiFunction<Kernel, Memory, Setting> setting) {
    this(name, title, story, source, simplifications, patches, setting, Origin.OWN);
  }

  /** The same, from elsewhere. */
  public Scenario from(Origin other) {
    return new Scenario(name, title, story, source, simplifications, patches, setting, other);
  }

  /** The class that the scenario is written in: that of the lambda that builds its setting. */
  public Class<?> writtenIn() {
    return setting.getClass().getNestHost();
  }

  /** Builds the scenario for a kernel, in memory of its own. */
  public Setting build(Kernel kernel) {
    return setting.apply(kernel, new Memory());
  }

  @Override
  public String toString() {
    return name;
  }
}
