package org.cowcheck.mm.hugetlb;

import java.util.function.ToLongFunction;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.access.TriedAccess;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.fault.MmFault;
import org.cowcheck.mm.fault.MmFault.Access;
import org.cowcheck.patch.Kernel;

/**
 * Loads and stores by user code to hugetlb memory: the walk of the page table, faults if the entry
 * does not permit the access, and the access, S0 to S3.
 *
 * <p>An access that faults is tried again, as {@link TriedAccess} says. Left out: that the hardware
 * may have the entry in its TLB, but for mms that have threads, as in {@link UserAccess}.
 */
public final class HugetlbAccess {
  public static final Steps STEPS = new Steps("user access to hugetlb");

  private static final Step WALK =
      STEPS.step("HU1", "user code", "load the huge entry: permitted? else fault");
  private static final Step LOAD = STEPS.step("HU2", "user code", "load from the page");
  private static final Step STORE = STEPS.step("HU3", "user code", "store to the page");
  private static final Step BEGIN =
      STEPS.step("HU4", "user code", "the access begins: a flush of the TLB waits for its end");
  private static final Step END = STEPS.step("HU5", "user code", "the access ends");
  private static final TriedAccess TRIED = new TriedAccess(BEGIN, END);

  private final Memory memory;
  private final HugetlbFault fault;

  /**
   * User code on a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free takes back references
   */
  public HugetlbAccess(Kernel kernel, Memory memory, PageFree free) {
    this.memory = memory;
    this.fault = new HugetlbFault(kernel, memory, free);
  }

  /**
   * Loads from a page of the huge page.
   *
   * @param pages the free pages of this CPU
   * @return what was loaded; -1 if it is never permitted
   */
  public long read(Cpu cpu, HugetlbVma vma, int index, FreeList pages) {
    return access(cpu, vma, index, Access.READ, pages, page -> load(cpu, page));
  }

  /**
   * As {@link #read}, but a load that is not permitted at once is left out, with its fault; leaves
   * the note {@link UserAccess#READ}.
   */
  public long readIfMapped(Cpu cpu, HugetlbVma vma, int index) {
    Ref<Page> page = walk(cpu, vma, index, Access.READ);
    long value = load(cpu, page);
    if (page != null) {
      cpu.note(UserAccess.READ, value);
    }
    return value;
  }

  private static long load(Cpu cpu, Ref<Page> page) {
    return page == null ? -1 : cpu.at(LOAD).READ_ONCE(page.at(Page::contents));
  }

  /**
   * Stores to a page of the huge page, and leaves the note {@link UserAccess#WRITTEN}.
   *
   * @param pages the free pages of this CPU
   * @return whether it was permitted in the end
   */
  public boolean write(Cpu cpu, HugetlbVma vma, int index, long value, FreeList pages) {
    return access(cpu, vma, index, Access.WRITE, pages, page -> store(cpu, page, value)) == 1;
  }

  private static long store(Cpu cpu, Ref<Page> page, long value) {
    if (page == null) {
      return 0;
    }
    cpu.at(STORE).WRITE_ONCE(page.at(Page::contents), value);
    cpu.note(UserAccess.WRITTEN, value);
    return 1;
  }

  /** An access, after faults if need be; it is given null if it is never permitted. */
  private long access(
      Cpu cpu,
      HugetlbVma vma,
      int index,
      Access access,
      FreeList pages,
      ToLongFunction<Ref<Page>> use) {
    return TRIED.run(
        cpu,
        vma.mm(),
        () -> walk(cpu, vma, index, access),
        use,
        () -> {
          fault.handle(cpu, vma, access, pages);
          return MmFault.Result.DONE;
        });
  }

  private Ref<Page> walk(Cpu cpu, HugetlbVma vma, int index, Access access) {
    long entry = cpu.at(WALK).READ_ONCE(vma.entry());
    return Pte.present(entry) && (access == Access.READ || Pte.writable(entry))
        ? new Ref<>(Pte.page(memory, entry).block().pages().get(index), cpu.lastRead())
        : null;
  }
}
