package org.cowcheck.scenario;

import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.daemon.CollapseHugePage;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * A huge page that entries map, and that a child shares in full or by half, is collapsed in the
 * parent, which then writes to it (cow.c: anon THP collapse).
 */
final class CollapseOfSharedPages {
  /** What the parent returns if it did both: the bits of collapse and write. */
  static final long COLLAPSED = 2;

  static final long WRITTEN = 1;

  private static final String BY_HALF =
      """
      The pages are copied into a huge page of the parent alone: references and mappings agree, the
      child's included. The child keeps its half of the old one.

        CPU0: parent
        (KH15) as many references as mappings
        (KH31) copy the pages
        (KH48) store the PMD entry: huge, writable
        (H3)   store to the page
      """;

  static final Scenario FULLY =
      scenario(
          Shared.FULLY,
          """
          Every entry is read-only, so collapse gives up (SCAN_PAGE_RO), and the write faults and
          copies the page.

            CPU0: parent
            (KH10) load both PTEs: not writable, give up
            (KH23) store the PMD entry: the page table
            (W4)   other references: copy
            (H3)   store to the copy
          """);

  static final Scenario LOWER = scenario(Shared.LOWER, BY_HALF);

  static final Scenario UPPER = scenario(Shared.UPPER, BY_HALF);

  private enum Shared {
    FULLY("fully", true, true),
    LOWER("lower half", true, false),
    UPPER("upper half", false, true);

    private final String words;
    private final ImmutableList<Boolean> pages;

    Shared(String words, boolean first, boolean second) {
      this.words = words;
      this.pages = ImmutableList.of(first, second);
    }

    /** The first page that the child shares. */
    int written() {
      return pages.indexOf(true);
    }
  }

  private CollapseOfSharedPages() {}

  private static Scenario scenario(Shared shared, String story) {
    return new Scenario(
            "cow-collapse-" + shared.words.replace(' ', '-') + "-shared",
            "collapse of a huge page that is mapped by entries and " + shared.words + " shared",
            story,
            "tools/testing/selftests/mm/cow.c",
            ImmutableList.of(
                "fork has happened already: the entries are as it leaves them",
                "one CPU: the child looks once the parent has written"),
            Patches.states(),
            (kernel, memory) -> build(kernel, memory, shared))
        .from(
            new Origin.SelftestCell(
                "collapse after fork, " + shared.words + " shared", "PTE-mapped THP"));
  }

  private static Setting build(Kernel kernel, Memory memory, Shared shared) {
    Machine machine = new Machine(kernel, memory);
    PageBlock old = mappedByEntries(kernel, memory, shared);
    machine.add(old);
    Page huge = machine.add(PageBlock.free(memory, "huge", CollapseRace.SIZE));
    Page spare = machine.free("spare");
    Mm mm = machine.mm("mm", false);
    PageTable table =
        machine.map(
            mm,
            PageTable.of(memory, "mm", parentsEntry(old, shared, 0), parentsEntry(old, shared, 1)));
    machine.map(
        machine.mm("child", false),
        PageTable.of(memory, "child", childsEntry(old, shared, 0), childsEntry(old, shared, 1)));
    CollapseHugePage collapse = new CollapseHugePage(kernel, memory, machine.free);
    UserAccess user = new UserAccess(kernel, memory, machine.free);
    return machine.running(
        new Program(
            "parent",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              cpu.note(Fork.FORKED, 0);
              FreeList pages = FreeList.of(huge, spare);
              boolean collapsed =
                  collapse.collapse(cpu, mm, table.above(), CollapseRace.SIZE, pages) != null;
              boolean written = user.write(cpu, mm, table.at(shared.written()), 1, pages);
              return (collapsed ? COLLAPSED : 0) | (written ? WRITTEN : 0);
            }));
  }

  private static long parentsEntry(PageBlock old, Shared shared, int index) {
    Page page = old.pages().get(index);
    return shared.pages.get(index) ? Pte.readOnly(page) : Pte.writable(page);
  }

  private static long childsEntry(PageBlock old, Shared shared, int index) {
    return shared.pages.get(index) ? Pte.readOnly(old.pages().get(index)) : 0;
  }

  private static PageBlock mappedByEntries(Kernel kernel, Memory memory, Shared shared) {
    long references =
        CollapseRace.SIZE + shared.pages.stream().filter(isShared -> isShared).count();
    long flags = bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | bit(PG_LRU);
    return PageBlock.compound(
        memory,
        "old",
        PageBlock.Compound.UNMAPPED,
        new PageState(
            flags | exclusive(kernel, shared, 0), Page.ANON_VMA, references, mapcount(shared, 0)),
        new PageState(exclusive(kernel, shared, 1), Page.TAIL_MAPPING, 0, mapcount(shared, 1)));
  }

  private static long exclusive(Kernel kernel, Shared shared, int index) {
    return shared.pages.get(index) || !kernel.state().hasAnonExclusive()
        ? 0
        : bit(PageFlag.anonExclusive(kernel));
  }

  /** Mappings minus 1. */
  private static long mapcount(Shared shared, int index) {
    return shared.pages.get(index) ? 1 : 0;
  }
}
