package org.cowcheck.mm.hugetlb;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Ref;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Step;
import org.cowcheck.memory.Steps;
import org.cowcheck.mm.HugetlbVma;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageTests;
import org.cowcheck.mm.Pte;
import org.cowcheck.patch.Kernel;

/**
 * follow_page() with FOLL_GET of a page of hugetlb of the size of some PTEs, as move_pages() calls
 * it: follow_page_pte() until v5.19, follow_huge_pmd_pte() in v6.1 (mm/gup.c, mm/hugetlb.c).
 *
 * <p>Who changes such an entry holds page_table_lock of the mm. Until fac35ba763ed (v6.1)
 * follow_page() took the lock of the table of PTEs, as for a small page, and so nothing kept the
 * entry as it was. try_grab_page() relies on the lock: it adds a reference without asking whether
 * the page has any.
 *
 * <p>Left out: mmap_lock, which is held for reading; waiting for migration.
 */
public final class FollowHugePage {
  public static final Steps STEPS = new Steps("follow_huge_pmd_pte");

  private static final Step RIGHT_LOCK =
      STEPS.hunk(
          "HL20", "follow_huge_pmd_pte, S3", "take page_table_lock of the mm (fac35ba763ed)");
  private static final Step WRONG_LOCK =
      STEPS.step("HL21", "follow_page_pte, S0 to S2", "take the lock of the table of PTEs");
  private static final Step READ_ENTRY =
      STEPS.step("HL22", "follow_huge_pmd_pte, follow_page_pte", "load the entry: present?");
  private static final Step CHECK =
      STEPS.step("HL23", "try_grab_page", "load _refcount: WARN_ON_ONCE if there is none");
  private static final Step GET = STEPS.step("HL24", "try_grab_page", "_refcount + 1");
  private static final Step UNLOCK =
      STEPS.step("HL25", "follow_huge_pmd_pte, follow_page_pte", "drop that lock");

  private final Kernel kernel;
  private final Memory memory;

  public FollowHugePage(Kernel kernel, Memory memory) {
    this.kernel = kernel;
    this.memory = memory;
  }

  /** Takes a reference of what the entry maps; null if it maps nothing. */
  public Page get(Cpu cpu, HugetlbVma vma) {
    boolean isFixed = kernel.has(RIGHT_LOCK);
    Spinlock lock = isFixed ? vma.lock() : vma.table().lock();
    cpu.at(isFixed ? RIGHT_LOCK : WRONG_LOCK).spin_lock(lock);
    long entry = cpu.at(READ_ENTRY).read_plain_in_source(vma.entry());
    Page page = null;
    if (Pte.present(entry)) {
      page = Pte.page(memory, entry);
      Ref<Page> folio = PageTests.compoundHead(cpu.at(CHECK), Ref.to(page));
      boolean isFree = cpu.atomic_read(folio.at(Page::refcount)) <= 0;
      cpu.VM_BUG_ON(isFree);
      if (isFree) {
        page = null;
      } else {
        cpu.at(GET).atomic_inc(folio.at(Page::refcount));
      }
    }
    cpu.at(UNLOCK).spin_unlock(lock);
    return page;
  }
}
