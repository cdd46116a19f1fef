package org.cowcheck.user;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Fork;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.GupFast;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.MmFault;
import org.cowcheck.mm.MmFault.Access;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFree;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Protect;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.Unpin;
import org.cowcheck.mm.Zap;
import org.cowcheck.patch.Kernel;

/**
 * One process with one page of private anonymous memory, on the CPU that runs it.
 *
 * <p>Left out: that the hardware may have the entry in its TLB. An access that faults is tried
 * again until it succeeds, a few times at most: whoever takes the page away again and again is done
 * by then.
 */
public final class Task {
  public static final Steps STEPS = new Steps("user access");

  private static final int MOST_FAULTS = 4;

  private static final Step WALK =
      STEPS.step("UA1", "user code", "load the PTE: permitted? else fault");
  private static final Step LOAD = STEPS.step("UA2", "user code", "load from the page");
  private static final Step STORE = STEPS.step("UA3", "user code", "store to the page");
  private static final Step DEVICE_LOAD =
      STEPS.step("UA4", "device or kernel", "load from the pinned page");
  private static final Step DEVICE_STORE =
      STEPS.step("UA5", "device or kernel", "store to the pinned page");

  private final Memory memory;
  private final Cpu cpu;
  private final Mm mm;
  private final PageTable table;
  private final FreeList pages;
  private final MmFault fault;
  private final Fork fork;
  private final GupFast gup;
  private final Unpin unpin;
  private final Protect protect;
  private final Zap zap;

  /**
   * A process.
   *
   * @param cpu the CPU as the engine made it; the kernel's edits take effect on it
   * @param free takes pages back
   * @param pages the free pages of this CPU
   * @param table where its page is mapped
   */
  public Task(
      Kernel kernel,
      Memory memory,
      Cpu cpu,
      PageFree free,
      FreeList pages,
      Mm mm,
      PageTable table) {
    this.memory = memory;
    this.cpu = kernel.boot(cpu);
    this.mm = mm;
    this.table = table;
    this.pages = pages;
    PageFree onto = free.onto(pages);
    this.fault = new MmFault(kernel, memory, onto, pages);
    this.fork = new Fork(kernel, memory, onto);
    this.gup = new GupFast(kernel, memory, onto);
    this.unpin = new Unpin(kernel, onto);
    this.protect = new Protect(kernel, memory);
    this.zap = new Zap(kernel, memory, onto);
  }

  /**
   * The page that the entry permits an access to, after faults if need be; null if it never does.
   */
  private Page access(Access access) {
    for (int faults = 0; ; faults++) {
      long pte = cpu.at(WALK).READ_ONCE(table.pte());
      if (Pte.present(pte) && (access == Access.READ || Pte.writable(pte))) {
        return Pte.page(memory, pte);
      }
      if (faults == MOST_FAULTS) {
        return null;
      }
      fault.handle(cpu, mm, table, access);
    }
  }

  /** Loads from the page. */
  public long read() {
    Page page = access(Access.READ);
    return page == null ? -1 : cpu.at(LOAD).READ_ONCE(page.contents());
  }

  /** Stores to the page; whether it was permitted in the end. */
  public boolean write(long value) {
    Page page = access(Access.WRITE);
    if (page == null) {
      return false;
    }
    cpu.at(STORE).WRITE_ONCE(page.contents(), value);
    return true;
  }

  /** fork(): the child gets what is mapped here; it must have nothing yet. */
  public void fork(Task child, SwapSlot slot) {
    fork.dupMmap(cpu, mm, table, slot, new Fork.Child(child.table, pages));
  }

  /** munmap() or exit. */
  public void unmap() {
    zap.zapPteRange(cpu, mm, table);
  }

  /** mprotect(PROT_READ). */
  public void protect() {
    protect.changePteRange(cpu, mm, table);
  }

  /** pin_user_pages_fast() of one page; null if the slow path would have to go on. */
  public Page pin(boolean write) {
    return gup.pinFast(cpu, mm, table, write);
  }

  /** unpin_user_page(). */
  public void unpin(Page page) {
    unpin.unpinUserPage(cpu, page);
  }

  /** What a device reads from a page that is pinned. */
  public long readThrough(Page page) {
    return cpu.at(DEVICE_LOAD).READ_ONCE(page.contents());
  }

  /** What a device writes to a page that is pinned. */
  public void writeThrough(Page page, long value) {
    cpu.at(DEVICE_STORE).WRITE_ONCE(page.contents(), value);
  }
}
