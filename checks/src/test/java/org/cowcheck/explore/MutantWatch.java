package org.cowcheck.explore;

import com.google.common.collect.HashMultimap;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.SetMultimap;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.ForwardingCpu;
import org.cowcheck.memory.Place;
import org.cowcheck.memory.RmwOp;
import org.cowcheck.memory.RmwOrder;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Step;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;
import org.cowcheck.verdict.Cell;

/**
 * What the programs of one cell execute that could be left out, and whether it met anything there.
 *
 * <ul>
 *   <li>A lock meets another program that takes the same lock. A section of RCU, or with interrupts
 *       off, meets one that waits for such sections.
 *   <li>A second look meets a change: in some execution it finds what it does not expect.
 *   <li>A barrier meets another program, under a model that reorders; one that waits for sections
 *       meets a program that is in such sections.
 * </ul>
 *
 * What meets nothing in a cell may be left out there, but for the order that a lock gives beside.
 */
final class MutantWatch {
  private static final String SECTION = "section";

  private final Set<Mutant> found = new HashSet<>();
  private final Set<Mutant> differs = new HashSet<>();
  private final Set<Mutant> waits = new HashSet<>();
  private final SetMultimap<Mutant, String> locks = HashMultimap.create();
  private final SetMultimap<String, String> takers = HashMultimap.create();
  private final Cell cell;
  private int programs;

  MutantWatch(Cell cell) {
    this.cell = cell;
  }

  /** The cell, of a scenario that is its own but for who looks on; its programs are looked at. */
  Cell watched(Scenario scenario) {
    return new Cell(
        new Scenario(
            scenario.name(),
            scenario.title(),
            scenario.story(),
            scenario.source(),
            scenario.simplifications(),
            scenario.patches(),
            (kernel, memory) -> watched(scenario.setting().apply(kernel, memory)),
            scenario.origin()),
        cell.patch(),
        cell.platform(),
        cell.model(),
        cell.accesses());
  }

  private Setting watched(Setting setting) {
    programs = setting.programs().size();
    return new Setting(
        setting.memory(),
        setting.programs().stream()
            .map(
                program ->
                    new Program(
                        program.name(),
                        cpu -> program.body().applyAsLong(new WatchedCpu(cpu, program.name()))))
            .collect(ImmutableList.toImmutableList()),
        setting.invariants());
  }

  /** What could be left out. */
  ImmutableSet<Mutant> found() {
    return ImmutableSet.copyOf(found);
  }

  /** That of it which met anything. */
  ImmutableSet<Mutant> met() {
    return found.stream().filter(this::met).collect(ImmutableSet.toImmutableSet());
  }

  private boolean met(Mutant mutant) {
    return switch (mutant.kind()) {
      case FENCE -> programs > 1 && (!cell.model().equals("sc") || waits.contains(mutant));
      case RECHECK -> differs.contains(mutant);
      case LOCK ->
          locks.get(mutant).stream()
              .anyMatch(lock -> takers.get(lock).size() > (lock.startsWith(SECTION) ? 0 : 1));
    };
  }

  /** Finds what the patched CPU above it executes. */
  private final class WatchedCpu extends ForwardingCpu {
    private final String program;
    private String label = "";

    WatchedCpu(Cpu engine, String program) {
      super(engine);
      this.program = program;
    }

    private void find(Mutant.Kind kind) {
      found.add(new Mutant(kind, label));
    }

    private void take(String lock) {
      find(Mutant.Kind.LOCK);
      locks.put(new Mutant(Mutant.Kind.LOCK, label), lock);
      takers.put(lock, program);
    }

    @Override
    public Cpu at(Step step) {
      label = step.label();
      return super.at(step);
    }

    @Override
    protected void fence(Fence fence) {
      if (fence.beginsSection()) {
        find(Mutant.Kind.LOCK);
        locks.put(
            new Mutant(Mutant.Kind.LOCK, label),
            SECTION + (fence == Fence.LOCAL_IRQ_SAVE ? Fence.IPI_SYNC : Fence.SYNCHRONIZE_RCU));
      } else if (!fence.endsSection() && fence != Fence.BARRIER) {
        find(Mutant.Kind.FENCE);
        takers.put(SECTION + fence, program);
        if (fence == Fence.IPI_SYNC || fence == Fence.SYNCHRONIZE_RCU) {
          waits.add(new Mutant(Mutant.Kind.FENCE, label));
        }
      }
      super.fence(fence);
    }

    @Override
    public boolean recheck(BooleanSupplier unchanged) {
      Mutant mutant = new Mutant(Mutant.Kind.RECHECK, label);
      found.add(mutant);
      boolean same = super.recheck(unchanged);
      if (!same) {
        differs.add(mutant);
      }
      return same;
    }

    @Override
    protected void lock(Spinlock lock) {
      take(lock.word().name());
      super.lock(lock);
    }

    @Override
    protected boolean tryLock(Spinlock lock) {
      take(lock.word().name());
      return super.tryLock(lock);
    }

    @Override
    protected long update(Place place, RmwOp op, long a, long b, RmwOrder order) {
      if (op == RmwOp.OR_IF_CLEAR && order == RmwOrder.ACQUIRE) {
        take(place.word().name() + " " + a);
      }
      return super.update(place, op, a, b, order);
    }
  }
}
