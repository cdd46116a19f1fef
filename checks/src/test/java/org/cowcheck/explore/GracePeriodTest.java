package org.cowcheck.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.Set;
import org.cowcheck.consistency.MemoryModel;
import org.cowcheck.consistency.MemoryModels;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Word;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Read-side critical sections and who waits for them: LKMM's RCU axiom ("Frightening Small
 * Children", ASPLOS 2018, section 4), for RCU and for sections with IRQs off.
 *
 * <p>herd7 knows no IPI. It agrees on every row if an IPI is read as a grace period and what it
 * waits for, IRQs off, as the only sections.
 */
final class GracePeriodTest {
  private final TestProgram program = TestProgram.program();
  private final Word x = program.word("x");
  private final Word y = program.word("y");

  /** What keeps a grace period from ending. */
  enum Section {
    NONE,
    RCU,
    NESTED_RCU,
    IRQS_OFF;

    void run(Cpu cpu, Runnable body) {
      switch (this) {
        case RCU, NESTED_RCU -> cpu.rcu_read_lock();
        case IRQS_OFF -> cpu.local_irq_save();
        case NONE -> {}
      }
      if (this == NESTED_RCU) {
        cpu.rcu_read_lock();
        cpu.rcu_read_unlock();
      }
      body.run();
      switch (this) {
        case RCU, NESTED_RCU -> cpu.rcu_read_unlock();
        case IRQS_OFF -> cpu.local_irq_restore();
        case NONE -> {}
      }
    }
  }

  /** What stands between the two accesses of the updater. */
  enum Wait {
    SMP_MB,
    SYNCHRONIZE_RCU,
    IPI_SYNC;

    void run(Cpu cpu) {
      switch (this) {
        case SMP_MB -> cpu.smp_mb();
        case SYNCHRONIZE_RCU -> cpu.synchronize_rcu();
        case IPI_SYNC -> cpu.ipi_sync();
      }
    }
  }

  /** A wait of the updater, a section of the reader, and whether they leave the weak state. */
  @Retention(RetentionPolicy.RUNTIME)
  @ParameterizedTest
  @CsvSource({
    // updater, reader, weak state
    "SMP_MB, RCU, true",
    "SMP_MB, IRQS_OFF, true",
    "SYNCHRONIZE_RCU, NONE, true",
    "SYNCHRONIZE_RCU, RCU, false",
    "SYNCHRONIZE_RCU, NESTED_RCU, false",
    "SYNCHRONIZE_RCU, IRQS_OFF, false",
    "IPI_SYNC, NONE, true",
    "IPI_SYNC, RCU, true",
    "IPI_SYNC, NESTED_RCU, true",
    "IPI_SYNC, IRQS_OFF, false",
  })
  private @interface WaitsAndSections {}

  /**
   * MP: a section that sees the store after the wait sees the one before it, although nothing
   * orders its reads. The IPI waits for IRQs off only; synchronize_rcu waits for both.
   */
  @WaitsAndSections
  void messagePassing_intoASection(Wait wait, Section section, boolean weakUnderLkmm) {
    program
        .cpu(
            cpu -> {
              cpu.WRITE_ONCE(x, 1);
              wait.run(cpu);
              cpu.WRITE_ONCE(y, 1);
            })
        .cpu(cpu -> section.run(cpu, () -> Link.NOTHING.readRead(cpu, y, x)));
    Shape.ofReads(program, 2, "1 0").assertWeak(false, weakUnderLkmm);
  }

  /**
   * SB: the shape of GUP-fast, which pins and then looks again, against who clears, waits and then
   * looks for pins. Here TSO needs the section too.
   */
  @WaitsAndSections
  void storeBuffering_againstASection(Wait wait, Section section, boolean weak) {
    program
        .cpu(
            cpu -> {
              cpu.WRITE_ONCE(x, 1);
              wait.run(cpu);
              cpu.note("y", cpu.READ_ONCE(y));
            })
        .cpu(cpu -> section.run(cpu, () -> Link.NOTHING.writeRead(cpu, y, 1, x)));
    Shape.ofReads(program, 2, "0 0").assertWeak(weak, weak);
  }

  /** Where a section lies in the program order of two accesses. */
  enum Position {
    BEFORE_BOTH,
    AROUND_THE_FIRST,
    BETWEEN,
    AROUND_THE_SECOND,
    AFTER_BOTH;

    void run(Cpu cpu, Runnable first, Runnable second) {
      section(cpu, this == BEFORE_BOTH, () -> {});
      section(cpu, this == AROUND_THE_FIRST, first);
      section(cpu, this == BETWEEN, () -> {});
      section(cpu, this == AROUND_THE_SECOND, second);
      section(cpu, this == AFTER_BOTH, () -> {});
    }

    private static void section(Cpu cpu, boolean here, Runnable body) {
      if (here) {
        Section.RCU.run(cpu, body);
      } else {
        body.run();
      }
    }
  }

  /** Where the section is, and whether it leaves the weak state. */
  @Retention(RetentionPolicy.RUNTIME)
  @ParameterizedTest
  @CsvSource({
    "BEFORE_BOTH, true",
    "AROUND_THE_FIRST, false",
    "BETWEEN, false",
    "AROUND_THE_SECOND, false",
    "AFTER_BOTH, true",
  })
  private @interface Positions {}

  /**
   * The first access must be before the end of the section and the second one after its beginning,
   * as rcu-fence begins and ends with po; neither has to be in it.
   */
  @Positions
  void messagePassing_pastASection(Position position, boolean weakUnderLkmm) {
    program
        .cpu(cpu -> Link.SYNCHRONIZE_RCU.writeWrite(cpu, x, 1, y, 1))
        .cpu(
            cpu ->
                position.run(
                    cpu,
                    () -> cpu.note("y", cpu.READ_ONCE(y)),
                    () -> cpu.note("x", cpu.READ_ONCE(x))));
    Shape.ofReads(program, 2, "1 0").assertWeak(false, weakUnderLkmm);
  }

  @Positions
  void storeBuffering_pastASection(Position position, boolean weak) {
    program
        .cpu(cpu -> Link.SYNCHRONIZE_RCU.writeRead(cpu, x, 1, y))
        .cpu(
            cpu ->
                position.run(
                    cpu, () -> cpu.WRITE_ONCE(y, 1), () -> cpu.note("x", cpu.READ_ONCE(x))));
    Shape.ofReads(program, 2, "0 0").assertWeak(weak, weak);
  }

  /**
   * SB in a ring of three CPUs. The cycle is forbidden if there are at least as many grace periods
   * as sections; the IPI counts for sections with IRQs off only.
   */
  @ParameterizedTest
  @CsvSource({
    // first, second and third CPU: a section, or so many waits; weak state under TSO and LKMM
    "RCU,      RCU,      SYNCHRONIZE_RCU, 1, true",
    "RCU,      RCU,      SYNCHRONIZE_RCU, 2, false",
    "IRQS_OFF, IRQS_OFF, IPI_SYNC,        1, true",
    "IRQS_OFF, IRQS_OFF, IPI_SYNC,        2, false",
    "RCU,      IRQS_OFF, SYNCHRONIZE_RCU, 2, false",
    "RCU,      IRQS_OFF, IPI_SYNC,        2, true",
  })
  void ringOfTwoSectionsAndAWaiter(
      Section first, Section second, Wait wait, int times, boolean weak) {
    Word z = program.word("z");
    program
        .cpu(cpu -> first.run(cpu, () -> Link.NOTHING.writeRead(cpu, x, 1, y)))
        .cpu(cpu -> second.run(cpu, () -> Link.NOTHING.writeRead(cpu, y, 1, z)))
        .cpu(
            cpu -> {
              cpu.WRITE_ONCE(z, 1);
              for (int i = 0; i < times; i++) {
                wait.run(cpu);
              }
              cpu.note("x", cpu.READ_ONCE(x));
            });
    Shape.ofReads(program, 3, "0 0 0").assertWeak(weak, weak);
  }

  /** Two grace periods on two CPUs, and one section that spans both. */
  @ParameterizedTest
  @CsvSource({
    "SYNCHRONIZE_RCU, SYNCHRONIZE_RCU, RCU, false",
    "SYNCHRONIZE_RCU, SMP_MB, RCU, false",
    "SMP_MB, SYNCHRONIZE_RCU, RCU, false",
    "SMP_MB, SMP_MB, RCU, true",
    "IPI_SYNC, IPI_SYNC, IRQS_OFF, false",
    "IPI_SYNC, IPI_SYNC, RCU, true",
  })
  void ringOfTwoWaitersAndASection(Wait first, Wait second, Section section, boolean weak) {
    Word z = program.word("z");
    program
        .cpu(
            cpu -> {
              cpu.WRITE_ONCE(x, 1);
              first.run(cpu);
              cpu.note("y", cpu.READ_ONCE(y));
            })
        .cpu(
            cpu -> {
              cpu.WRITE_ONCE(y, 1);
              second.run(cpu);
              cpu.note("z", cpu.READ_ONCE(z));
            })
        .cpu(cpu -> section.run(cpu, () -> Link.NOTHING.writeRead(cpu, z, 1, x)));
    Shape.ofReads(program, 3, "0 0 0").assertWeak(weak, weak);
  }

  /**
   * rcu-zx2c4, a test of GenMC's, zx2c4-RCU among the public litmus tests: a reader that has not
   * seen the update writes twice, so that no final state shows it, and the updater sees either
   * nothing of it or all. A search that asks for the rcu axiom while executions grow may lose one
   * of the two (GenMC 0.9 does), for the section orders nothing before it has an end.
   */
  @Test
  void rcuZx2c4_hasTwoExecutions() {
    program
        .cpu(cpu -> Link.SYNCHRONIZE_RCU.writeRead(cpu, x, 1, y))
        .cpu(cpu -> Section.RCU.run(cpu, () -> writeTwiceUnlessSeen(cpu)))
        .observe(x, y);
    for (MemoryModel model : MemoryModels.all()) {
      TestProgram.Result result = program.explore(model);
      // What the updater saw, what the reader saw; x and y in the end.
      assertEquals(Set.of("0 0 1 0", "0 1 1 0"), result.states(), model.name());
      assertEquals(2, result.executions(), model.name());
    }
  }

  private void writeTwiceUnlessSeen(Cpu cpu) {
    long seen = cpu.READ_ONCE(x);
    cpu.note("x", seen);
    cpu.ctrl(x);
    if (seen == 0) {
      cpu.WRITE_ONCE(y, 1);
      cpu.WRITE_ONCE(y, 0);
    }
  }
}
