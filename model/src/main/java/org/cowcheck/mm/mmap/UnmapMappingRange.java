package org.cowcheck.mm.mmap;

import java.util.ArrayList;
import java.util.List;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.Arch;
import org.cowcheck.mm.FileMapping;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pmd;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.patch.Kernel;

/**
 * unmap_mapping_range() (mm/memory.c), S0 to S3: whoever truncates a file zaps what maps it. He
 * comes by the file and takes its i_mmap_rwsem, and no mmap_lock.
 *
 * <p>Left out: the tree of vmas, MMU notifiers, huge PMD entries.
 */
public final class UnmapMappingRange {
  public static final Steps STEPS = new Steps("unmap_mapping_range");

  private static final Step MAPPING_LOCK =
      STEPS.step("RP40", "unmap_mapping_pages", "take i_mmap_rwsem");
  private static final Step READ_PMD =
      STEPS.step("RP41", "zap_pmd_range", "load the PMD entry: a page table?");
  private static final Step LOCK = STEPS.step("RP42", "zap_pte_range", "take the PT lock");
  private static final Step READ_PTE =
      STEPS.step("RP43", "zap_pte_range", "load the PTE: present?");
  private static final Step CLEAR_PTE = STEPS.step("RP44", "zap_pte_range", "clear the PTE");
  private static final Step REMOVE_RMAP = STEPS.step("RP45", "page_remove_rmap", "_mapcount - 1");
  private static final Step UNLOCK = STEPS.step("RP46", "zap_pte_range", "drop the PT lock");
  private static final Step FLUSH = STEPS.step("RP47", "tlb_flush_mmu", "flush the TLB");
  private static final Step PUT =
      STEPS.step("RP48", "tlb_batch_pages_flush", "drop the reference: the last one?");
  private static final Step MAPPING_UNLOCK =
      STEPS.step("RP49", "unmap_mapping_pages", "drop i_mmap_rwsem");

  private final Arch arch;
  private final Memory memory;
  private final PageFree free;

  /**
   * Unmapping under a kernel.
   *
   * @param memory knows the tables and pages that entries name
   * @param free frees a page whose last reference is dropped
   */
  public UnmapMappingRange(Kernel kernel, Memory memory, PageFree free) {
    this.arch = new Arch(kernel);
    this.memory = memory;
    this.free = free;
  }

  /** Unmaps what lies below a PMD entry; how many entries it cleared. */
  public int unmap(Cpu cpu, FileMapping mapping, Mm mm, Pmd pmd) {
    cpu.at(MAPPING_LOCK).spin_lock(mapping.iMmapLock());
    List<Page> unmapped = new ArrayList<>();
    long found = cpu.at(READ_PMD).READ_ONCE(pmd.entry());
    if (Pte.isTable(found)) {
      PageTable table = memory.object(Pte.address(found), PageTable.class);
      cpu.at(LOCK).spin_lock(table.lock());
      for (int i = 0; i < table.size(); i++) {
        zapPte(cpu, table.at(i), unmapped);
      }
      cpu.at(UNLOCK).spin_unlock(table.lock());
    }
    if (!unmapped.isEmpty()) {
      arch.flushTlb(cpu.at(FLUSH), mm);
    }
    for (Page page : unmapped) {
      free.putPage(cpu.at(PUT), page);
    }
    cpu.at(MAPPING_UNLOCK).spin_unlock(mapping.iMmapLock());
    return unmapped.size();
  }

  private void zapPte(Cpu cpu, PageTable entry, List<Page> unmapped) {
    long pte = cpu.at(READ_PTE).read_plain_in_source(entry.pte());
    if (!Pte.present(pte)) {
      return;
    }
    arch.ptepGetAndClear(cpu.at(CLEAR_PTE), entry);
    Page page = Pte.page(memory, pte);
    cpu.at(REMOVE_RMAP).atomic_add_negative(-1, page.mapcount());
    unmapped.add(page);
  }
}
