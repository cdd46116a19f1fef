package org.cowcheck.explore;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Maps;
import com.google.common.collect.Sets;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Fence;
import org.cowcheck.memory.ForwardingCpu;
import org.cowcheck.memory.Order;
import org.cowcheck.memory.Place;
import org.cowcheck.memory.RmwOp;
import org.cowcheck.memory.RmwOrder;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Step;
import org.cowcheck.patch.Accesses;
import org.cowcheck.patch.Edit;
import org.cowcheck.patch.Kernel;
import org.cowcheck.scenario.Scenario;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;
import org.cowcheck.variant.StepParts.Part;
import org.cowcheck.variant.StepParts.Parts;
import org.cowcheck.verdict.Cell;

/**
 * What the steps of one cell do that a patch can change, as {@link Parts} has it.
 *
 * <p>The programs run in a kernel whose accesses are as written, so that those that are plain in
 * the source can be told from those that are marked; the engine is given marked ones. Steps that
 * the cell's patch edits are not looked at: they do what the patch makes of them.
 */
final class EditWatch {
  private final Map<String, Found> steps = new HashMap<>();
  private final Set<String> edited = new HashSet<>();

  /** What was seen of a step. */
  private record Found(Set<Fence> fences, Set<Part> others) {}

  EditWatch(Cell cell) {
    for (Edit edit : cell.patch().edits()) {
      if (!(edit instanceof Edit.DropHunk
          || edit instanceof Edit.AddHunk
          || edit instanceof Edit.Move)) {
        edited.add(edit.label());
      }
    }
  }

  /** What the steps do that were executed. */
  ImmutableMap<String, Parts> steps() {
    return ImmutableMap.copyOf(
        Maps.transformValues(
            steps,
            found ->
                new Parts(
                    Sets.immutableEnumSet(found.fences), Sets.immutableEnumSet(found.others))));
  }

  /** Puts together what was seen of several cells. */
  static ImmutableMap<String, Parts> union(Iterable<ImmutableMap<String, Parts>> cells) {
    Map<String, Parts> all = new HashMap<>();
    for (ImmutableMap<String, Parts> some : cells) {
      some.forEach(
          (label, parts) ->
              all.merge(
                  label,
                  parts,
                  (one, other) ->
                      new Parts(
                          ImmutableSet.copyOf(Sets.union(one.fences(), other.fences())),
                          ImmutableSet.copyOf(Sets.union(one.others(), other.others())))));
    }
    return ImmutableMap.copyOf(all);
  }

  /** The scenario; what its programs execute is looked at. */
  Scenario watched(Scenario scenario) {
    return new Scenario(
        scenario.name(),
        scenario.title(),
        scenario.story(),
        scenario.source(),
        scenario.simplifications(),
        scenario.patches(),
        (kernel, memory) ->
            watched(
                scenario
                    .setting()
                    .apply(
                        new Kernel(kernel.patch(), kernel.platform(), Accesses.AS_WRITTEN),
                        memory)),
        scenario.origin());
  }

  private Setting watched(Setting setting) {
    return new Setting(
        setting.memory(),
        setting.programs().stream()
            .map(
                program ->
                    new Program(
                        program.name(), cpu -> program.body().applyAsLong(new WatchedCpu(cpu))))
            .collect(ImmutableList.toImmutableList()),
        setting.invariants());
  }

  /** Finds what the patched CPU above it executes. */
  private final class WatchedCpu extends ForwardingCpu {
    private Found found = nothing();

    WatchedCpu(Cpu engine) {
      super(engine);
    }

    private Found nothing() {
      return new Found(EnumSet.noneOf(Fence.class), EnumSet.noneOf(Part.class));
    }

    @Override
    public Cpu at(Step step) {
      String label = step.label();
      found =
          label.endsWith("+") || edited.contains(label)
              ? nothing()
              : steps.computeIfAbsent(label, unseen -> nothing());
      return super.at(step);
    }

    private Order access(Order order) {
      if (order == Order.PLAIN) {
        found.others.add(Part.PLAIN);
        return Order.ONCE;
      }
      if (order == Order.ONCE) {
        found.others.add(Part.MARKED);
      }
      return order;
    }

    @Override
    protected long load(Place place, Order order) {
      return super.load(place, access(order));
    }

    @Override
    protected void store(Place place, long value, Order order, int dataRead) {
      if (order == Order.PLAIN && dataRead != Place.NO_READ && !isSeqcount(place)) {
        found.others.add(Part.NON_ATOMIC);
      }
      super.store(place, value, access(order), dataRead);
    }

    /** A sequence counter is stored plus one; everything else with other bits. */
    private boolean isSeqcount(Place place) {
      return place.word().name().endsWith("_seq");
    }

    @Override
    protected long update(Place place, RmwOp op, long a, long b, RmwOrder order) {
      if (order == RmwOrder.NORETURN && (op == RmwOp.AND || op == RmwOp.OR)) {
        found.others.add(Part.ATOMIC);
      }
      if (op == RmwOp.OR_IF_CLEAR && order == RmwOrder.ACQUIRE) {
        found.others.add(Part.LOCK);
      }
      return super.update(place, op, a, b, order);
    }

    @Override
    protected void fence(Fence fence) {
      if (fence.beginsSection()) {
        found.others.add(Part.LOCK);
      } else if (!fence.endsSection()) {
        found.fences.add(fence);
      }
      super.fence(fence);
    }

    @Override
    public boolean recheck(BooleanSupplier unchanged) {
      found.others.add(Part.RECHECK);
      return super.recheck(unchanged);
    }

    @Override
    protected void lock(Spinlock lock) {
      found.others.add(Part.LOCK);
      super.lock(lock);
    }

    @Override
    protected boolean tryLock(Spinlock lock) {
      found.others.add(Part.LOCK);
      return super.tryLock(lock);
    }
  }
}
