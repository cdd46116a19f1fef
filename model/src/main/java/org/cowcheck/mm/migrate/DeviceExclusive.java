package org.cowcheck.mm.migrate;

import static org.cowcheck.mm.PageFlag.PG_DIRTY;
import static org.cowcheck.mm.PageFlag.PG_LOCKED;

import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.OrigPte;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.RmapVma;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.KernelState;

/**
 * make_device_exclusive_range() and page_make_device_exclusive_one() (mm/rmap.c) for one address,
 * and remove_device_exclusive_entry() (mm/memory.c), a CPU's fault on the entry, S0 to S3.
 *
 * <p>The page stays exclusive and may stay pinned: nobody looks at either. The entry keeps its
 * reference, but not its part of _mapcount. So nobody migrates or swaps the page meanwhile: the
 * count is not the expected one.
 *
 * <p>S0 to S2, and v6.1 as released, fault without a reference of their own (7c7b962938dd).
 *
 * <p>Left out: faults of get_user_pages_remote(), for an entry that is not writable; MMU notifiers,
 * by which the device is told; mmap_lock.
 */
public final class DeviceExclusive {
  public static final Steps STEPS = new Steps("make_device_exclusive_range");

  private static final Step GUP_LOCK = STEPS.step("DX1", "follow_page_pte", "take the PT lock");
  private static final Step GUP_PTE =
      STEPS.step("DX2", "follow_page_pte", "load the PTE: present, writable?");
  private static final Step GUP_GET = STEPS.step("DX3", "try_grab_page", "FOLL_GET: _refcount + 1");
  private static final Step GUP_UNLOCK = STEPS.step("DX4", "follow_page_pte", "drop the PT lock");
  private static final Step TRYLOCK =
      STEPS.step("DX5", "make_device_exclusive_range", "trylock the page: test and set PG_locked");
  private static final Step IS_ANON =
      STEPS.step("DX6", "folio_make_device_exclusive", "load mapping: anon?");
  private static final Step LOCK = STEPS.step("DX7", "page_vma_mapped_walk", "take the PT lock");
  private static final Step READ_PTE =
      STEPS.step("DX8", "page_make_device_exclusive_one", "load the PTE: present, the page?");
  private static final Step CLEAR_PTE = STEPS.step("DX9", "ptep_clear_flush", "clear the PTE");
  private static final Step FLUSH = STEPS.step("DX10", "ptep_clear_flush", "flush the TLB");
  private static final Step DIRTY =
      STEPS.step(
          "DX11", "page_make_device_exclusive_one", "the PTE was dirty: test PG_dirty, and set it");
  private static final Step SET_PTE =
      STEPS.step("DX12", "page_make_device_exclusive_one", "store the entry: device-exclusive");
  private static final Step REMOVE_RMAP = STEPS.step("DX13", "page_remove_rmap", "_mapcount - 1");
  private static final Step UNLOCK = STEPS.step("DX14", "page_vma_mapped_walk", "drop the PT lock");
  private static final Step MAPPED =
      STEPS.step("DX15", "folio_make_device_exclusive", "load _mapcount: mapped elsewhere?");
  private static final Step UNLOCK_PAGE =
      STEPS.step("DX16", "make_device_exclusive_range", "unlock the page: clear PG_locked");
  private static final Step PUT =
      STEPS.step("DX17", "make_device_exclusive_range", "drop the reference");
  private static final Step FAULT_PTE =
      STEPS.step("DX20", "do_swap_page", "load the PTE: device-exclusive?");
  private static final Step FAULT_GET =
      STEPS.step(
          "DX21", "remove_device_exclusive_entry, S3", "_refcount + 1 unless 0 (7c7b962938dd)");
  private static final Step FAULT_TRYLOCK =
      STEPS.step(
          "DX22",
          "remove_device_exclusive_entry",
          "lock the page, or try again: test and set PG_locked");
  private static final Step FAULT_LOCK =
      STEPS.step("DX23", "remove_device_exclusive_entry", "take the PT lock");
  private static final Step SAME =
      STEPS.step("DX24", "remove_device_exclusive_entry", "load the PTE: still the same?");
  private static final Step FAULT_UNLOCK =
      STEPS.step("DX25", "remove_device_exclusive_entry", "drop the PT lock");
  private static final Step FAULT_UNLOCK_PAGE =
      STEPS.step("DX26", "remove_device_exclusive_entry", "unlock the page: clear PG_locked");
  private static final Step FAULT_PUT =
      STEPS.step("DX27", "remove_device_exclusive_entry, S3", "drop the reference");

  private final Kernel kernel;
  private final Arch arch;
  private final Memory memory;
  private final PageFree free;
  private final RestoreExclusivePte restore;

  /**
   * Device-exclusive access under a kernel.
   *
   * @param memory knows the pages that entries name
   * @param free frees a page whose last reference is dropped
   */
  public DeviceExclusive(Kernel kernel, Memory memory, PageFree free) {
    this.kernel = kernel;
    this.arch = new Arch(kernel);
    this.memory = memory;
    this.free = free;
    this.restore = new RestoreExclusivePte(kernel);
  }

  /**
   * make_device_exclusive_range() of one address.
   *
   * @param vmas all that map the page; the first is the one that the device works for
   * @return the page, locked and with a reference, until {@link #done}; null if it failed
   */
  public Page makeDeviceExclusive(Cpu cpu, List<RmapVma> vmas) {
    PageTable target = vmas.get(0).table();
    Page page = grab(cpu, target);
    if (page == null) {
      return null;
    }
    if (cpu.at(TRYLOCK).test_and_set_bit_lock(PG_LOCKED, page.flags())) {
      free.putPage(cpu.at(PUT), page);
      return null;
    }
    boolean valid = PageTests.folioTestAnon(cpu.at(IS_ANON), Ref.to(page)) && make(cpu, page, vmas);
    if (valid && cpu.at(MAPPED).atomic_read(page.mapcount()) < 0) {
      return page;
    }
    done(cpu, page);
    return null;
  }

  /** The driver has programmed the device. */
  public void done(Cpu cpu, Page page) {
    cpu.at(UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.flags());
    free.putPage(cpu.at(PUT), page);
  }

  private Page grab(Cpu cpu, PageTable table) {
    cpu.at(GUP_LOCK).spin_lock(table.lock());
    long pte = cpu.at(GUP_PTE).read_plain_in_source(table.pte());
    Page page = null;
    if (Pte.present(pte) && Pte.writable(pte)) {
      page = Pte.page(memory, pte);
      cpu.at(GUP_GET).atomic_inc(page.refcount());
    }
    cpu.at(GUP_UNLOCK).spin_unlock(table.lock());
    return page;
  }

  /** Whether the entry of the target was writable. */
  private boolean make(Cpu cpu, Page page, List<RmapVma> vmas) {
    boolean valid = false;
    for (RmapVma vma : vmas) {
      PageTable table = vma.table();
      cpu.at(LOCK).spin_lock(table.lock());
      long pte = cpu.at(READ_PTE).read_plain_in_source(table.pte());
      if (Pte.present(pte) && Pte.address(pte) == page.address()) {
        makeOne(cpu, page, vma);
        valid |= vma.equals(vmas.get(0)) && Pte.writable(pte);
      }
      cpu.at(UNLOCK).spin_unlock(table.lock());
    }
    return valid;
  }

  private void makeOne(Cpu cpu, Page page, RmapVma vma) {
    PageTable table = vma.table();
    long pte = arch.ptepGetAndClear(cpu.at(CLEAR_PTE), table);
    arch.flushTlb(cpu.at(FLUSH), vma.mm());
    if (Pte.dirty(pte) && !cpu.at(DIRTY).test_bit(PG_DIRTY, page.flags())) {
      cpu.test_and_set_bit(PG_DIRTY, page.flags());
    }
    cpu.at(SET_PTE).WRITE_ONCE(table.pte(), Pte.deviceExclusive(page, pte));
    cpu.at(REMOVE_RMAP).atomic_add_negative(-1, page.mapcount());
  }

  /** A fault on a device-exclusive entry; whether it restored the entry. */
  public boolean removeEntry(Cpu cpu, PageTable table) {
    OrigPte entry = OrigPte.load(cpu.at(FAULT_PTE), table.pte());
    return Pte.isDeviceExclusive(entry.value()) && removeEntry(cpu, table, entry);
  }

  /** The same, of an entry that has been loaded. */
  public boolean removeEntry(Cpu cpu, PageTable table, OrigPte entry) {
    Ref<Page> page = entry.to(Pte.page(memory, entry.value()));
    boolean holds = kernel.state() == KernelState.S3;
    if (holds && !cpu.at(FAULT_GET).atomic_add_unless(page.at(Page::refcount), 1, 0)) {
      return false;
    }
    boolean same = false;
    if (!cpu.at(FAULT_TRYLOCK).test_and_set_bit_lock(PG_LOCKED, page.at(Page::flags))) {
      cpu.at(FAULT_LOCK).spin_lock(table.lock());
      same = cpu.at(SAME).recheck(table.pte(), entry.value());
      if (same) {
        restore.restoreExclusivePte(cpu, table, entry.value(), page.target());
      }
      cpu.at(FAULT_UNLOCK).spin_unlock(table.lock());
      cpu.at(FAULT_UNLOCK_PAGE).clear_bit_unlock(PG_LOCKED, page.at(Page::flags));
    }
    if (holds) {
      free.putPage(cpu.at(FAULT_PUT), page.target());
    }
    return same;
  }
}
