package org.cowcheck.synthesis;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.invariant.End;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Word;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;
import org.cowcheck.patch.Patch;
import org.cowcheck.patch.Platform;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** Litmus shapes as scenarios: each access is a step of its own, such as {@code P0a}. */
final class TinyScenario {
  /** One access; returns what it loads. */
  interface Access {
    long on(Cpu cpu, Word x, Word y);
  }

  /** What must hold. */
  interface Law {
    boolean holds(End end, Word x, Word y);
  }

  static final Access READ_X = (cpu, x, y) -> cpu.READ_ONCE(x);
  static final Access READ_Y = (cpu, x, y) -> cpu.READ_ONCE(y);
  static final Access PLAIN_READ_X = (cpu, x, y) -> cpu.read_plain_in_source(x);

  static final Access SET_BIT_X =
      (cpu, x, y) -> {
        cpu.set_bit(0, x);
        return -1;
      };
  static final Access OR_1_X = or(1);
  static final Access OR_2_X = or(2);

  static final Scenario MP =
      shape(
          "MP",
          (end, x, y) -> end.returned(1) != 10,
          List.of(writeX(1), writeY(1)),
          List.of(READ_Y, READ_X));
  static final Scenario SB =
      shape(
          "SB",
          (end, x, y) -> end.returned(0) != 0 || end.returned(1) != 0,
          List.of(writeX(1), READ_Y),
          List.of(writeY(1), READ_X));
  static final Scenario SB_AFTER_ATOMIC =
      shape(
          "SB-after-atomic",
          (end, x, y) -> end.returned(0) != 0 || end.returned(1) != 0,
          List.of(SET_BIT_X, READ_Y),
          List.of(writeY(1), READ_X));
  static final Scenario S =
      shape(
          "S",
          (end, x, y) -> end.returned(1) != 1 || end.value(x) != 2,
          List.of(writeX(2), writeY(1)),
          List.of(READ_Y, writeX(1)));
  static final Scenario R =
      shape(
          "R",
          (end, x, y) -> end.returned(1) != 0 || end.value(y) != 2,
          List.of(writeX(1), writeY(1)),
          List.of(writeY(2), READ_X));
  static final Scenario TWO_PLUS_TWO_W =
      shape(
          "2+2W",
          (end, x, y) -> end.value(x) != 2 || end.value(y) != 2,
          List.of(writeX(2), writeY(1)),
          List.of(writeY(2), writeX(1)));
  static final Scenario WRC =
      shape(
          "WRC",
          (end, x, y) -> end.returned(1) != 1 || end.returned(2) != 10,
          List.of(List.of(writeX(1)), List.of(READ_X, writeY(1)), List.of(READ_Y, READ_X)));

  /** One CPU sees what the other has written: no order forbids that. */
  static final Scenario INTERLEAVING =
      shape(
          "interleaving",
          (end, x, y) -> end.returned(1) != 1,
          List.of(writeX(1), writeY(1)),
          List.of(READ_X, READ_Y));

  /** Two CPUs set bits of a word, each by a load and a store. */
  static final Scenario LOST_UPDATE =
      shape("lost update", (end, x, y) -> end.value(x) == 3, List.of(OR_1_X), List.of(OR_2_X));

  /** A plain load beside a store of the other CPU. */
  static final Scenario RACE =
      shape("race", (end, x, y) -> true, List.of(writeX(1)), List.of(PLAIN_READ_X));

  private TinyScenario() {}

  private static Access writeX(long value) {
    return (cpu, x, y) -> {
      cpu.WRITE_ONCE(x, value);
      return -1;
    };
  }

  private static Access writeY(long value) {
    return (cpu, x, y) -> {
      cpu.WRITE_ONCE(y, value);
      return -1;
    };
  }

  private static Access or(long mask) {
    return (cpu, x, y) -> {
      cpu.or_plain_in_source(x, mask);
      return -1;
    };
  }

  private static Scenario shape(String name, Law law, List<Access> first, List<Access> second) {
    return shape(name, law, List.of(first, second));
  }

  /** A scenario whose programs return the digits that they load. */
  private static Scenario shape(String name, Law law, List<List<Access>> programs) {
    return new Scenario(
        name,
        name,
        name,
        "litmus",
        ImmutableList.of(),
        ImmutableList.of(),
        (kernel, memory) -> build(kernel, memory, law, programs));
  }

  private static Setting build(Kernel kernel, Memory memory, Law law, List<List<Access>> programs) {
    Word x = memory.word("x", 0);
    Word y = memory.word("y", 0);
    ImmutableList.Builder<Program> all = ImmutableList.builder();
    for (int i = 0; i < programs.size(); i++) {
      int number = i;
      all.add(
          new Program("P" + i, cpu -> run(kernel.boot(cpu), programs.get(number), number, x, y)));
    }
    return new Setting(
        memory,
        all.build(),
        ImmutableList.of(new Invariant("the weak state", end -> law.holds(end, x, y))));
  }

  private static long run(Cpu cpu, List<Access> program, int number, Word x, Word y) {
    long digits = 0;
    for (int i = 0; i < program.size(); i++) {
      long loaded = program.get(i).on(cpu.at(step(number, i)), x, y);
      digits = loaded < 0 ? digits : digits * 10 + loaded;
    }
    return digits;
  }

  static Step step(int program, int access) {
    return new Step("P" + program + (char) ('a' + access), "thread_" + program, "an access");
  }

  /** Asks for one set. */
  static Question question(Scenario scenario, MemoryModel model, ImmutableSet<Kind> kinds) {
    return new Question(
        Patch.of(KernelState.S3),
        Platform.GENERIC,
        model,
        Accesses.MARKED,
        ImmutableList.of(scenario),
        kinds,
        Costs.DEFAULT,
        6,
        Integer.MAX_VALUE,
        1);
  }
}
