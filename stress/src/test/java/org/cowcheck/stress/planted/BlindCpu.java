package org.cowcheck.stress.planted;

import static com.google.common.collect.ImmutableList.toImmutableList;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.ForwardingCpu;
import org.cowcheck.memory.Order;
import org.cowcheck.memory.Place;
import org.cowcheck.memory.Step;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;
import org.cowcheck.stress.Race;

/** A CPU with a planted bug: in one step its loads return what was there before the run. */
final class BlindCpu extends ForwardingCpu {
  private final String blindStep;
  private boolean blind;

  private BlindCpu(Cpu engine, String blindStep) {
    super(engine);
    this.blindStep = blindStep;
  }

  /** A race by the names of its scenario and patch, with a step in which CPUs are blind. */
  static Race race(String scenario, String patch, String blindStep) {
    Race race = Race.marked(scenario, patch);
    Scenario sound = race.scenario();
    return new Race(
        new Scenario(
            "planted-" + sound.name(),
            sound.title(),
            sound.story(),
            sound.source(),
            sound.simplifications(),
            sound.patches(),
            (kernel, memory) -> blinded(sound.setting().apply(kernel, memory), blindStep)),
        race.kernel());
  }

  private static Setting blinded(Setting setting, String blindStep) {
    return new Setting(
        setting.memory(),
        setting.programs().stream()
            .map(
                program ->
                    new Program(
                        program.name(),
                        cpu -> program.body().applyAsLong(new BlindCpu(cpu, blindStep))))
            .collect(toImmutableList()),
        setting.invariants());
  }

  @Override
  public Cpu at(Step step) {
    blind = step.label().equals(blindStep);
    return super.at(step);
  }

  @Override
  protected long load(Place place, Order order) {
    return blind ? place.word().initialValue() : super.load(place, order);
  }
}
