package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
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
import org.cowcheck.patch.Edit;
import org.cowcheck.scenario.Program;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.scenario.Setting;
import org.cowcheck.verdict.Cell;

/**
 * The barriers, the second looks or the locks of one step, left out. A compiler barrier is none: it
 * orders nothing between CPUs.
 */
public record Mutant(Kind kind, String label) implements Comparable<Mutant> {

  /** What is left out. */
  public enum Kind {
    FENCE,
    RECHECK,
    LOCK
  }

  /** The edit of a patch that leaves it out. */
  Edit edit() {
    return switch (kind) {
      case FENCE -> new Edit.DropFence(label);
      case RECHECK -> new Edit.DropRecheck(label);
      case LOCK -> new Edit.DropLock(label);
    };
  }

  /** The cell, of a kernel state; what its programs execute and could be left out is found. */
  static Cell watched(Cell cell, Set<Mutant> found) {
    Scenario scenario = cell.scenario();
    return new Cell(
        new Scenario(
            scenario.name(),
            scenario.title(),
            scenario.story(),
            scenario.source(),
            scenario.simplifications(),
            scenario.patches(),
            (kernel, memory) -> watched(scenario.setting().apply(kernel, memory), found),
            scenario.origin()),
        cell.patch(),
        cell.platform(),
        cell.model(),
        cell.accesses());
  }

  private static Setting watched(Setting setting, Set<Mutant> found) {
    return new Setting(
        setting.memory(),
        setting.programs().stream()
            .map(
                program ->
                    new Program(
                        program.name(),
                        cpu -> program.body().applyAsLong(new WatchedCpu(cpu, found))))
            .collect(ImmutableList.toImmutableList()),
        setting.invariants());
  }

  @Override
  public int compareTo(Mutant other) {
    int byLabel = label.compareTo(other.label);
    return byLabel != 0 ? byLabel : kind.compareTo(other.kind);
  }

  @Override
  public String toString() {
    return switch (kind) {
      case FENCE -> "barrier of " + label;
      case RECHECK -> "second look of " + label;
      case LOCK -> "lock of " + label;
    };
  }

  /** Finds what the patched CPU above it executes. */
  private static final class WatchedCpu extends ForwardingCpu {
    private final Set<Mutant> found;
    private String label = "";

    WatchedCpu(Cpu engine, Set<Mutant> found) {
      super(engine);
      this.found = found;
    }

    private void find(Kind kind) {
      found.add(new Mutant(kind, label));
    }

    @Override
    public Cpu at(Step step) {
      label = step.label();
      return super.at(step);
    }

    @Override
    protected void fence(Fence fence) {
      if (fence.beginsSection()) {
        find(Kind.LOCK);
      } else if (!fence.endsSection() && fence != Fence.BARRIER) {
        find(Kind.FENCE);
      }
      super.fence(fence);
    }

    @Override
    public boolean recheck(BooleanSupplier unchanged) {
      find(Kind.RECHECK);
      return super.recheck(unchanged);
    }

    @Override
    protected void lock(Spinlock lock) {
      find(Kind.LOCK);
      super.lock(lock);
    }

    @Override
    protected boolean tryLock(Spinlock lock) {
      find(Kind.LOCK);
      return super.tryLock(lock);
    }

    @Override
    protected long update(Place place, RmwOp op, long a, long b, RmwOrder order) {
      if (op == RmwOp.OR_IF_CLEAR && order == RmwOrder.ACQUIRE) {
        find(Kind.LOCK);
      }
      return super.update(place, op, a, b, order);
    }
  }
}
