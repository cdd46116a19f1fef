package org.cowcheck.setting;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.cowcheck.invariant.AddressSpace;
import org.cowcheck.invariant.ExclusiveFlagWatch;
import org.cowcheck.invariant.Exclusivity;
import org.cowcheck.invariant.FreedTableWatch;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.invariant.Liberty;
import org.cowcheck.invariant.PageTableLifetime;
import org.cowcheck.invariant.SwapMap;
import org.cowcheck.invariant.World;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Word;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pmd;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.patch.Kernel;

/**
 * The machine that a scenario of anonymous pages runs on: pages, address spaces and swap slots, as
 * they are made one by one, and all that must hold of them.
 */
public final class Machine {
  public final Kernel kernel;
  public final Memory memory;
  public final PageFree free;
  private final List<Page> pages = new ArrayList<>();
  private final Map<Mm, List<Pmd>> spaces = new LinkedHashMap<>();
  private final List<PageTable> tables = new ArrayList<>();
  private final List<SwapSlot> slots = new ArrayList<>();

  public Machine(Kernel kernel, Memory memory) {
    this.kernel = kernel;
    this.memory = memory;
    this.free = new PageFree(kernel, memory.spinlock("lruvec.lock"));
  }

  /** A page. */
  public Page page(String name, PageState state) {
    return add(new Page(memory, name, state));
  }

  /** A page that was made elsewhere, in the same memory. */
  public Page add(Page page) {
    pages.addAll(page.block().pages());
    return page;
  }

  /** A page that is free. */
  public Page free(String name) {
    return add(Page.free(memory, name));
  }

  /** A block that was made elsewhere, in the same memory; its first page. */
  public Page add(PageBlock block) {
    return add(block.head());
  }

  /** An mm; the first is the parent of the others. */
  public Mm mm(String name, boolean hasPinned) {
    Mm mm = new Mm(memory, name, hasPinned);
    spaces.put(mm, new ArrayList<>());
    return mm;
  }

  /** An mm that so many CPUs may read at the same time. */
  public Mm mm(String name, boolean hasPinned, int readers) {
    Mm mm = new Mm(memory, name, hasPinned, readers);
    spaces.put(mm, new ArrayList<>());
    return mm;
  }

  /** An mm that so many CPUs may read at the same time, with user code on any of them. */
  public Mm mmOfThreads(String name, boolean hasPinned, int readers) {
    Mm mm = new Mm(memory, name, hasPinned, readers, true);
    spaces.put(mm, new ArrayList<>());
    return mm;
  }

  /** Puts a page table, or a huge page with its deposited table, at the next PMD entry of an mm. */
  public PageTable map(Mm mm, PageTable table) {
    spaces.get(mm).add(table.above());
    tables.add(table);
    return table;
  }

  /** A page table that no PMD entry points to yet. */
  public PageTable spare(PageTable table) {
    tables.add(table);
    return table;
  }

  /** A free swap slot. */
  public SwapSlot slot() {
    return add(SwapSlot.free(memory));
  }

  /** A swap slot that was made elsewhere, in the same memory. */
  public SwapSlot add(SwapSlot slot) {
    slots.add(slot);
    return slot;
  }

  /** The programs, and all that must hold of pins and pages. */
  public Setting running(Program... programs) {
    return running(ImmutableList.of(), programs);
  }

  /** The programs, and all that must hold of pins and pages, and more. */
  public Setting running(ImmutableList<Invariant> more, Program... programs) {
    World world = world();
    return running(world, new Exclusivity(world).all(), more, programs);
  }

  /**
   * As {@link #running(ImmutableList, Program...)}, of programs that may do anything in any order.
   *
   * @param taken what some program may do
   */
  public Setting runningAny(
      Set<Liberty> taken, ImmutableList<Invariant> more, Program... programs) {
    World world = world();
    return running(world, new Exclusivity(world).ofAnyPrograms(taken), more, programs);
  }

  private Setting running(
      World world,
      ImmutableList<Invariant> exclusivity,
      ImmutableList<Invariant> more,
      Program... programs) {
    return new Setting(
        memory,
        Stream.of(programs)
            .map(program -> watched(program, world))
            .collect(ImmutableList.toImmutableList()),
        ImmutableList.<Invariant>builder()
            .addAll(exclusivity)
            .addAll(new PageTableLifetime(world).all())
            .addAll(new SwapMap(world).all())
            .addAll(more)
            .build());
  }

  private World world() {
    return new World(
        kernel,
        memory,
        ImmutableList.copyOf(pages),
        spaces.entrySet().stream()
            .map(space -> new AddressSpace(space.getKey(), ImmutableList.copyOf(space.getValue())))
            .collect(ImmutableList.toImmutableList()),
        ImmutableList.copyOf(tables),
        ImmutableList.copyOf(slots));
  }

  private Program watched(Program program, World world) {
    ImmutableSet<Word> entries = world.entries();
    ImmutableSet<Word> flags = world.flags();
    ImmutableSet<Word> locks = world.locks();
    return new Program(
        program.name(),
        cpu -> {
          Cpu watched = new FreedTableWatch(cpu, entries);
          return program
              .body()
              .applyAsLong(
                  kernel.state().hasAnonExclusive()
                      ? new ExclusiveFlagWatch(watched, kernel, flags, locks)
                      : watched);
        });
  }
}
