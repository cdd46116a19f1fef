package org.cowcheck.user;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.gup.GupFast;
import org.cowcheck.mm.gup.GupFlags;
import org.cowcheck.mm.gup.Unpin;
import org.cowcheck.mm.hugetlb.FollowHugetlbPage;
import org.cowcheck.mm.hugetlb.HugetlbAccess;
import org.cowcheck.mm.hugetlb.HugetlbFork;
import org.cowcheck.mm.hugetlb.HugetlbProtect;
import org.cowcheck.mm.hugetlb.HugetlbZap;
import org.cowcheck.patch.Kernel;

/**
 * One process with a private mapping of one page of hugetlb, on the CPU that runs it: as {@link
 * Task}, but each access names a page of the huge page.
 */
public final class HugetlbTask {
  public static final Steps STEPS = new Steps("device with a page of hugetlb");

  private static final Step LOAD =
      STEPS.step("HT1", "device or kernel", "load from the page that it has pinned");
  private static final Step STORE =
      STEPS.step("HT2", "device or kernel", "store to the page that it has pinned");
  private static final Step PUT =
      STEPS.step("HT3", "device or kernel", "drop the reference to the page");

  private final Cpu cpu;
  private final HugetlbVma vma;
  private final FreeList pages;
  private final PageFree free;
  private final HugetlbAccess access;
  private final HugetlbFork fork;
  private final HugetlbZap zap;
  private final HugetlbProtect protect;
  private final GupFast fast;
  private final FollowHugetlbPage slow;
  private final Unpin unpin;

  /**
   * A process.
   *
   * @param cpu the CPU as the engine made it; the kernel's edits take effect on it
   * @param free takes pages back
   * @param pages the free pages of hugetlb of this CPU
   * @param vma its mapping
   */
  public HugetlbTask(
      Kernel kernel, Memory memory, Cpu cpu, PageFree free, FreeList pages, HugetlbVma vma) {
    this.cpu = kernel.boot(cpu);
    this.vma = vma;
    this.pages = pages;
    this.free = free.onto(pages);
    this.access = new HugetlbAccess(kernel, memory, this.free);
    this.fork = new HugetlbFork(kernel, memory, this.free);
    this.zap = new HugetlbZap(kernel, memory, this.free);
    this.protect = new HugetlbProtect(kernel);
    this.fast = new GupFast(kernel, memory, this.free);
    this.slow = new FollowHugetlbPage(kernel, memory, this.free);
    this.unpin = new Unpin(kernel, this.free);
  }

  /** Loads from a page of the huge page; -1 if it is never permitted. */
  public long read(int index) {
    return access.read(cpu, vma, index, pages);
  }

  /** Stores to a page of the huge page; whether it was permitted in the end. */
  public boolean write(int index, long value) {
    return access.write(cpu, vma, index, value, pages);
  }

  /** fork(): the child gets what is mapped here; it must have nothing yet. */
  public void fork(HugetlbTask child) {
    fork.dupMmap(cpu, vma, child.vma, pages);
  }

  /** munmap() or exit. */
  public void unmap() {
    zap.unmapHugepageRange(cpu, vma);
  }

  /** mprotect(PROT_READ), and perhaps back: the entry is read-only afterwards. */
  public void protect() {
    protect.changeProtection(cpu, vma);
  }

  /** pin_user_pages_fast() of one page; null if the slow path would have to go on. */
  public Page pinFast(int index, boolean write) {
    return fast.pinFast(cpu, vma.mm(), vma.table().at(index), write);
  }

  /** pin_user_pages() of one page. */
  public Page pinSlow(int index, boolean write) {
    return slow.pin(cpu, vma, index, write, pages);
  }

  /** pin_user_pages_fast() of one page, which goes on by the slow path. */
  public Page pin(int index, boolean write) {
    Page page = pinFast(index, write);
    return page == null ? pinSlow(index, write) : page;
  }

  /** unpin_user_page(). */
  public void unpin(Page page) {
    unpin.unpinUserPage(cpu, page);
  }

  /** vmsplice(): a reference for reading, by FOLL_GET. */
  public Page get(int index) {
    return slow.get(cpu, vma, index, pages);
  }

  /** Drops what {@link #get} took. */
  public void put(Page page) {
    free.putPage(cpu.at(PUT), page);
  }

  /** What a device or a pipe reads from a page that it has. */
  public long readThrough(Page page) {
    return cpu.at(LOAD).READ_ONCE(page.contents());
  }

  /** What a device writes to a page that is pinned. */
  public void writeThrough(Page page, long value) {
    cpu.at(STORE).WRITE_ONCE(page.contents(), value);
  }

  /**
   * The process as it looks at one page of the huge page. Of the flags of GUP it asks for
   * FOLL_WRITE alone.
   *
   * @param page which
   */
  public record OnePage(HugetlbTask task, int page) implements PageOwner {
    @Override
    public long read() {
      return task.read(page);
    }

    @Override
    public boolean write(long value) {
      return task.write(page, value);
    }

    @Override
    public void unmap() {
      task.unmap();
    }

    @Override
    public void protect() {
      task.protect();
    }

    /** As {@link #protect}: a private entry waits for the write fault. */
    @Override
    public void protectWritable() {
      task.protect();
    }

    @Override
    public Page pin(GupFlags flags) {
      return task.pinSlow(page, flags.write());
    }

    @Override
    public Page pinFast(GupFlags flags) {
      return task.pin(page, flags.write());
    }

    @Override
    public Page vmsplice() {
      return task.get(page);
    }

    @Override
    public long readThrough(Page held) {
      return task.readThrough(held);
    }
  }
}
