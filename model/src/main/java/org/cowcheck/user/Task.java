package org.cowcheck.user;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.SwapSlot;
import org.cowcheck.mm.Vma;
import org.cowcheck.mm.access.UserAccess;
import org.cowcheck.mm.alloc.HeldPage;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.fork.Fork;
import org.cowcheck.mm.gup.Gup;
import org.cowcheck.mm.gup.GupFlags;
import org.cowcheck.mm.gup.SlowGup;
import org.cowcheck.mm.gup.Unpin;
import org.cowcheck.mm.mmap.ProtectPmdRange;
import org.cowcheck.mm.mmap.ZapPmdRange;
import org.cowcheck.patch.Kernel;

/**
 * One process with private anonymous memory, on the CPU that runs it. It accesses and pins one
 * page; fork(), munmap() and mprotect() are of all that its page table maps.
 *
 * <p>What it does leaves notes, from which invariants read what each process wrote and saw.
 */
public final class Task implements PageOwner {
  /** The name of the note of a store through a pin; its value is what was stored. */
  public static final String WRITTEN_THROUGH = "written through";

  private final Cpu cpu;
  private final Mm mm;
  private final PageTable table;
  private final FreeList pages;
  private final UserAccess user;
  private final Fork fork;
  private final Gup gup;
  private final SlowGup slowGup;
  private final Unpin unpin;
  private final ProtectPmdRange protect;
  private final ZapPmdRange zap;

  /**
   * A process.
   *
   * @param cpu the CPU as the engine made it; the kernel's edits take effect on it
   * @param free takes pages back
   * @param pages the free pages of this CPU
   * @param table where its page is mapped, at the entry of the page
   */
  public Task(
      Kernel kernel,
      Memory memory,
      Cpu cpu,
      PageFree free,
      FreeList pages,
      Mm mm,
      PageTable table) {
    this.cpu = kernel.boot(cpu);
    this.mm = mm;
    this.table = table;
    this.pages = pages;
    PageFree onto = free.onto(pages);
    this.user = new UserAccess(kernel, memory, onto);
    this.fork = new Fork(kernel, memory, onto);
    this.gup = new Gup(kernel, memory, onto, pages);
    this.slowGup = new SlowGup(kernel, memory, onto, pages);
    this.unpin = new Unpin(kernel, onto);
    this.protect = new ProtectPmdRange(kernel, memory);
    this.zap = new ZapPmdRange(kernel, memory, onto);
  }

  /** Loads from the page; {@link UserAccess#SEGV} if that was never permitted. */
  @Override
  public long read() {
    return user.read(cpu, mm, table, pages);
  }

  /** Stores to the page; whether it was permitted in the end. */
  @Override
  public boolean write(long value) {
    return user.write(cpu, mm, table, value, pages);
  }

  /** fork(): the child gets what is mapped here; it must have nothing yet. */
  public void fork(Task child, SwapSlot slot) {
    fork.dupMmap(cpu, mm, table.at(0), slot, new Fork.Child(child.table.at(0), pages));
  }

  /** munmap() or exit. */
  @Override
  public void unmap() {
    zap.zapPmdRange(cpu, mm, table);
  }

  /** mprotect(PROT_READ). */
  @Override
  public void protect() {
    protect.changePmdRange(cpu, mm, table);
  }

  /** mprotect(PROT_READ | PROT_WRITE). */
  @Override
  public void protectWritable() {
    protect.permitWrites(cpu, mm, table);
  }

  /** pin_user_pages() of the page; null if it cannot be pinned. */
  @Override
  public Page pin(GupFlags flags) {
    return slowGup.getUserPages(cpu, mm, Vma.ANON, table, flags);
  }

  /** pin_user_pages_fast() of the page; null if it cannot be pinned. */
  @Override
  public Page pinFast(GupFlags flags) {
    return gup.getUserPagesFast(cpu, mm, table, flags);
  }

  /** vmsplice() of the page into a pipe: get_user_pages_fast() for reading. */
  @Override
  public Page vmsplice() {
    return gup.getUserPagesFast(cpu, mm, table, GupFlags.GET);
  }

  /** unpin_user_page(). */
  public void unpin(Page page) {
    unpin.unpinUserPage(cpu, page);
  }

  /** What a device reads from a page that is pinned, or the reader of a pipe. */
  @Override
  public long readThrough(Page page) {
    return HeldPage.read(cpu, page);
  }

  /** What a device writes to a page that is pinned. */
  public void writeThrough(Page page, long value) {
    HeldPage.write(cpu, page, value);
    cpu.note(WRITTEN_THROUGH, value);
  }
}
