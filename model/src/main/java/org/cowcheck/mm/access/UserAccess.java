package org.cowcheck.mm.access;

import java.util.function.ToLongFunction;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.Vma;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.fault.MmFault;
import org.cowcheck.mm.fault.MmFault.Access;
import org.cowcheck.patch.Kernel;

/**
 * A load or a store by user code: the walk of the page table, a fault if an entry does not permit
 * it, and the access to the page, S0 to S3.
 *
 * <p>An access that faults is tried again, as {@link TriedAccess} says. A translation in the TLB
 * that an earlier access left is that of a walk as early as the section begins.
 *
 * <p>Left out: accessed and dirty bits that hardware sets; and of other mms the TLB, with the flush
 * that waits for an access: the store comes any time after the walk. So such a process that one CPU
 * forks has its accesses on that CPU alone; {@link ThreadWrite} is a thread with a TLB.
 */
public final class UserAccess {
  public static final Steps STEPS = new Steps("user access");

  /** The name of the note that follows a store; its value is what was stored. */
  public static final String WRITTEN = "written";

  /** The name of the note that follows a load; its value is what was loaded. */
  public static final String READ = "read";

  /** The name of the note that follows either: where the page was mapped. */
  public static final String AT = "accessed at";

  /** What {@link #read} returns if no access was permitted. */
  public static final long SEGV = -1;

  private static final Step WALK =
      STEPS.step("H1", "user code", "load the PMD entry and the PTE: permitted? else fault");
  private static final Step LOAD = STEPS.step("H2", "user code", "load from the page");
  private static final Step STORE = STEPS.step("H3", "user code", "store to the page");
  private static final Step BEGIN =
      STEPS.step("H4", "user code", "the access begins: a flush of the TLB waits for its end");
  private static final Step END = STEPS.step("H5", "user code", "the access ends");
  private static final TriedAccess TRIED = new TriedAccess(BEGIN, END);

  private final Kernel kernel;
  private final Memory memory;
  private final PageFree free;
  private final Vma vma;

  /**
   * User code on a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free frees a page whose last reference is dropped
   */
  public UserAccess(Kernel kernel, Memory memory, PageFree free) {
    this(kernel, memory, free, Vma.ANON);
  }

  /** The same, in a mapping. */
  public UserAccess(Kernel kernel, Memory memory, PageFree free, Vma vma) {
    this.kernel = kernel;
    this.memory = memory;
    this.free = free;
    this.vma = vma;
  }

  /**
   * Loads from the page that an entry maps, and leaves the notes {@link #READ} and {@link #AT}.
   *
   * @param cpu one on which the kernel is booted
   * @param pages the free pages of this CPU
   * @return what was loaded, or {@link #SEGV}
   */
  public long read(Cpu cpu, Mm mm, PageTable table, FreeList pages) {
    return access(cpu, mm, table, Access.READ, pages, page -> load(cpu, table, page));
  }

  /**
   * As {@link #read}, but a load that is not permitted at once is left out, with its fault.
   *
   * @return what was loaded, or {@link #SEGV}
   */
  public long readIfMapped(Cpu cpu, PageTable table) {
    return load(cpu, table, walk(cpu.at(WALK), table, Access.READ));
  }

  /**
   * Stores to the page that an entry maps, and leaves the notes {@link #WRITTEN} and {@link #AT}.
   *
   * @param cpu one on which the kernel is booted
   * @param pages the free pages of this CPU
   * @return whether it was permitted in the end
   */
  public boolean write(Cpu cpu, Mm mm, PageTable table, long value, FreeList pages) {
    return access(
            cpu, mm, table, Access.WRITE, pages, page -> store(cpu, table, page, value) ? 1 : 0)
        == 1;
  }

  /** As {@link #write}, but a store that is not permitted at once is left out, with its fault. */
  public boolean writeIfMapped(Cpu cpu, PageTable table, long value) {
    return store(cpu, table, walk(cpu.at(WALK), table, Access.WRITE), value);
  }

  private static long load(Cpu cpu, PageTable table, Ref<Page> page) {
    if (page == null) {
      return SEGV;
    }
    long value = cpu.at(LOAD).READ_ONCE(page.at(Page::contents));
    cpu.note(READ, value);
    cpu.note(AT, table.location());
    return value;
  }

  private static boolean store(Cpu cpu, PageTable table, Ref<Page> page, long value) {
    if (page == null) {
      return false;
    }
    cpu.at(STORE).WRITE_ONCE(page.at(Page::contents), value);
    cpu.note(WRITTEN, value);
    cpu.note(AT, table.location());
    return true;
  }

  /**
   * Accesses the page that the entry permits it to, after faults if need be.
   *
   * @param use the access, which is given null if it is never permitted
   */
  private long access(
      Cpu cpu,
      Mm mm,
      PageTable table,
      Access access,
      FreeList pages,
      ToLongFunction<Ref<Page>> use) {
    return TRIED.run(
        cpu,
        mm,
        () -> walk(cpu.at(WALK), table, access),
        use,
        () ->
            new MmFault(kernel, memory, free.onto(pages), pages)
                .handle(cpu, mm, vma, table, access));
  }

  /** The hardware's walk: what it finds at one level is where it goes on. */
  private Ref<Page> walk(Cpu cpu, PageTable table, Access access) {
    long pmd = cpu.READ_ONCE(table.pmd());
    int read = cpu.lastRead();
    if (!Pte.isTable(pmd)) {
      return Pte.isHuge(pmd) && permits(pmd, access)
          ? new Ref<>(Pte.page(memory, pmd).block().pages().get(table.index()), read)
          : null;
    }
    PageTable below = memory.object(Pte.address(pmd), PageTable.class).at(table.index());
    long pte = cpu.READ_ONCE(new Ref<>(below, read).at(PageTable::pte));
    return permits(pte, access) ? new Ref<>(Pte.page(memory, pte), cpu.lastRead()) : null;
  }

  /** Whether the hardware lets user code access what an entry maps. */
  private static boolean permits(long entry, Access access) {
    return Pte.present(entry)
        && (entry & Pte.PROTNONE) == 0
        && (access == Access.READ || Pte.writable(entry));
  }
}
