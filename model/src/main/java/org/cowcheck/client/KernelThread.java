package org.cowcheck.client;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageFlag;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.RmapVma;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.daemon.CollapseHugePage;
import org.cowcheck.mm.fault.UnusePte;
import org.cowcheck.mm.hugetlb.HugetlbMigrate;
import org.cowcheck.mm.migrate.DeviceExclusive;
import org.cowcheck.mm.migrate.Migrate;
import org.cowcheck.mm.migrate.MigrateVma;
import org.cowcheck.mm.pfn.HwPoison;
import org.cowcheck.mm.swap.SwapOut;
import org.cowcheck.mm.thp.MigrateHugePmd;
import org.cowcheck.patch.Kernel;
import org.cowcheck.user.KernelThreads;

/**
 * A kernel thread on a CPU of a client program, and what it does to the parent's memory: KSM, page
 * reclaim, swapoff, migration, devices, split_huge_page(), khugepaged, memory failures.
 *
 * <p>Left out: that it finds a page by a walk of its own: it begins with the page of the start, and
 * takes a reference of it unless it has none. Page reclaim, memory failures and devices leave
 * copies of the page alone.
 */
final class KernelThread {
  private static final Step ISOLATE =
      ClientCpu.STEPS.step(
          "CP5", "isolate_lru_page", "_refcount + 1 unless 0; test and clear PG_lru: was it set?");
  private static final Step PUTBACK = ClientCpu.STEPS.step("CP6", "putback_lru_page", "set PG_lru");
  private static final Step LOCK =
      ClientCpu.STEPS.step("CP8", "lock_page", "trylock the page: test and set PG_locked");
  private static final Step UNLOCK =
      ClientCpu.STEPS.step("CP9", "unlock_page", "unlock the page: clear PG_locked");
  private static final Step IS_HUGE =
      ClientCpu.STEPS.step("CP10", "the caller of the path", "load the PMD entry: huge?");

  private final ClientCpu owner;
  private final Kernel kernel;
  private final Memory memory;
  private final Ground ground;
  private final Cpu cpu;
  private final int number;
  private final Mm mm;
  private final FreeList pages;
  private final PageFree free;

  KernelThread(ClientCpu owner, Kernel kernel, Memory memory, Ground ground, Cpu cpu, int number) {
    this.owner = owner;
    this.kernel = kernel;
    this.memory = memory;
    this.ground = ground;
    this.cpu = cpu;
    this.number = number;
    this.mm = owner.mm();
    this.pages = owner.pages();
    this.free = owner.free();
  }

  long ksmMerge() {
    return ClientCpu.one(threads().merge(new KernelThreads.OnCpu(cpu, mm, free)));
  }

  /** isolate_lru_page() of the page: a reference and PG_lru are the caller's now, or neither is. */
  private boolean isolate() {
    Page page = ground.page;
    if (!cpu.at(ISOLATE).atomic_add_unless(page.refcount(), 1, 0)) {
      return false;
    }
    if (!cpu.test_and_clear_bit(PageFlag.PG_LRU, page.flags())) {
      free.putPage(cpu.at(ClientCpu.PUT), page);
      return false;
    }
    return true;
  }

  private void putBack() {
    cpu.at(PUTBACK).set_bit(PageFlag.PG_LRU, ground.page.flags());
    free.putPage(cpu.at(ClientCpu.PUT), ground.page);
  }

  long swapOut() {
    if (!isolate()) {
      return 0;
    }
    boolean gone =
        new SwapOut(kernel, free).shrinkPageList(cpu, mm, ground.table, ground.page, ground.slot);
    if (!gone) {
      putBack();
    }
    return ClientCpu.one(gone);
  }

  /** Reclaim of a page that is still being written when it comes by again. */
  long swapUnmap() {
    if (!isolate()) {
      return 0;
    }
    boolean unmapped =
        new SwapOut(kernel, free).shrinkPage(cpu, mm, ground.table, ground.page, ground.slot);
    putBack();
    return ClientCpu.one(unmapped);
  }

  long swapoff() {
    return owner.reading(
        mm,
        () ->
            ClientCpu.one(
                new UnusePte(kernel, memory, free)
                    .unusePteRange(cpu, ground.table, ground.slot, pages)));
  }

  long migrate() {
    if (owner.isHugetlb()) {
      return migrateHugetlb();
    }
    if (!isolate()) {
      return 0;
    }
    if (ground.start.kind() == Kind.HUGE) {
      long done = migrateHuge();
      putBack();
      return done;
    }
    boolean moved =
        new Migrate(kernel, free).unmapAndMove(cpu, ground.page, ground.vmas(), ground.slot, pages);
    if (!moved) {
      putBack();
    }
    return ClientCpu.one(moved);
  }

  /** A migration that fails: the entries come back. Parts that PTEs map stay mapped meanwhile. */
  private long migrateHuge() {
    Page head = ground.page;
    if (cpu.at(LOCK).test_and_set_bit_lock(PageFlag.PG_LOCKED, head.flags())) {
      return 0;
    }
    MigrateHugePmd migrate = new MigrateHugePmd(kernel, memory, free);
    boolean set = false;
    for (RmapVma vma : ground.vmas()) {
      set |=
          Pte.isHuge(cpu.at(IS_HUGE).read_plain_in_source(vma.table().pmd()))
              && migrate.set(cpu, vma.mm(), vma.table().at(0), head);
    }
    if (set) {
      for (RmapVma vma : ground.vmas()) {
        migrate.removeMigrationPtes(cpu, vma.table().at(0), head);
      }
    }
    cpu.at(UNLOCK).clear_bit_unlock(PageFlag.PG_LOCKED, head.flags());
    return ClientCpu.one(set);
  }

  private long migrateHugetlb() {
    if (!cpu.at(ISOLATE).atomic_add_unless(ground.page.refcount(), 1, 0)) {
      return 0;
    }
    return ClientCpu.one(
        new HugetlbMigrate(kernel, memory, free).migrate(cpu, owner.vma(), ground.page, pages));
  }

  long toDevice() {
    return owner.reading(
        mm,
        () ->
            ClientCpu.one(
                new MigrateVma(kernel, memory, free)
                    .toDevice(cpu, ground.vmas(), ground.devices.get(number))));
  }

  long deviceExclusive() {
    return owner.reading(
        mm,
        () -> {
          DeviceExclusive device = new DeviceExclusive(kernel, memory, free);
          Page made = device.makeDeviceExclusive(cpu, ground.vmas());
          if (made != null) {
            device.done(cpu, made);
          }
          return ClientCpu.one(made != null);
        });
  }

  long splitPage() {
    return ClientCpu.one(threads().split(new KernelThreads.OnCpu(cpu, mm, free), ground.page));
  }

  private KernelThreads threads() {
    return new KernelThreads(
        kernel,
        memory,
        ground.table.at(0),
        ground.childTable == null ? null : ground.childTable.at(0),
        ground.slot,
        ground.ksmPage);
  }

  long collapse() {
    return ClientCpu.one(
        new CollapseHugePage(kernel, memory, free)
                .collapse(cpu, mm, ground.table.above(), ground.table.size(), pages)
            != null);
  }

  long hwpoison() {
    return ClientCpu.one(
        new HwPoison(kernel, free).memoryFailure(cpu, mm, ground.table, ground.page));
  }
}
