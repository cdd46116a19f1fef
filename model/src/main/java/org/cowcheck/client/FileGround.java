package org.cowcheck.client;

import static org.cowcheck.mm.PageFlag.PG_LRU;
import static org.cowcheck.mm.PageFlag.PG_SWAPBACKED;
import static org.cowcheck.mm.PageFlag.PG_UPTODATE;
import static org.cowcheck.mm.PageFlag.bit;

import java.util.List;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.mm.FileMapping;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageBlock.Compound;
import org.cowcheck.mm.PageState;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pmd;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.hugetlb.HugePmdSharing;
import org.cowcheck.setting.Machine;

/**
 * What there is of a file that is mapped: a page of two pages in the page cache, a table below the
 * entry of the parent, and the locks of the file.
 *
 * <p>Of hugetlb the table is one of PMD entries; what is named as a PMD entry is a PUD entry then.
 */
final class FileGround {
  /** The mapping of a page of the file: some aligned address_space. */
  private static final long ADDRESS_SPACE = 0x4000;

  /** The first page of the huge page. */
  final Page page;

  final PageTable table;

  /** i_mmap_rwsem. */
  final FileMapping mapping;

  /** The table of PMD entries as those share it who map the file. */
  final HugePmdSharing.Shared shared;

  /** The fault mutex of the private memory that comes in place of the file. */
  final Spinlock privateMutex;

  /** The memory at physical address 0, which is no page table; or null. */
  final PageTable frame0;

  FileGround(Machine machine, ClientProgram program) {
    Memory memory = machine.memory;
    boolean isHugetlb = program.start().isHugetlb();
    this.page = machine.add(isHugetlb ? hugetlb(memory) : huge(memory, program));
    this.table =
        isHugetlb
            ? PageTable.of(memory, "mm", Pte.writable(page) | Pte.HUGE)
            : PageTable.of(memory, "mm", 0, 0);
    this.mapping = new FileMapping(memory, "file");
    this.shared = new HugePmdSharing.Shared(memory.word("table._refcount", 2), mapping.iMmapLock());
    this.privateMutex = memory.spinlock("private.fault_mutex");
    this.frame0 =
        !isHugetlb && program.operations().contains(Operation.MREMAP)
            ? machine.spare(PageTable.of(memory, "frame0", Pte.FREED))
            : null;
  }

  /** Mapped once, by the table that is shared, and in the page cache. */
  private static PageBlock hugetlb(Memory memory) {
    return PageBlock.hugetlb(
        memory,
        "file",
        new Compound(0, 0),
        new PageState(bit(PG_UPTODATE), ADDRESS_SPACE, 2, -1),
        new PageState(0, Page.TAIL_MAPPING, 0, -1));
  }

  /** Mapped by nobody, in the page cache, and looked up by each who is to collapse. */
  private static PageBlock huge(Memory memory, ClientProgram program) {
    long references =
        1
            + program.cpus().stream()
                .flatMap(List::stream)
                .filter(operation -> operation == Operation.COLLAPSE_MAPPED)
                .count();
    return PageBlock.compound(
        memory,
        "file",
        Compound.UNMAPPED,
        new PageState(
            bit(PG_UPTODATE) | bit(PG_SWAPBACKED) | bit(PG_LRU), ADDRESS_SPACE, references, -1),
        new PageState(0, Page.TAIL_MAPPING, 0, -1));
  }

  /** The same table below the entry of the child. */
  PageTable sharedTable(Memory memory) {
    return new PageTable(
        Pmd.of(memory, "child", table.asPmd()),
        table.address(),
        table.ptes(),
        table.index(),
        table.lock());
  }
}
