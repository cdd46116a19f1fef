package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import java.util.function.ToLongFunction;
import org.cowcheck.invariant.HugeMappingCount;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.Mm;
import org.cowcheck.mm.Page;
import org.cowcheck.mm.PageBlock;
import org.cowcheck.mm.PageTable;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.Vma;
import org.cowcheck.mm.gup.GupFlags;
import org.cowcheck.mm.gup.SlowGup;
import org.cowcheck.mm.mmap.ProtectPmdRange;
import org.cowcheck.mm.mmap.ZapHugePmd;
import org.cowcheck.mm.thp.MigrateHugePmd;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.HugePage;
import org.cowcheck.setting.Machine;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * A huge page is migrated, which takes no mmap_lock, while somebody with mmap_lock works on its PMD
 * entry: the lock of the entry alone keeps them apart.
 */
final class ThpMigrationUnderLock {
  static final Scenario SLOW_GUP =
      scenario(
          "slow-gup-vs-thp-migration",
          "slow GUP pins an exclusive huge page while it is migrated",
          """
          Slow GUP looks at the PMD entry, finds it writable, and may then rely on the page being
          exclusive. Migration clears PG_anon_exclusive once it has made the entry invalid and has
          found no pin. All of either is one section of the lock of the PMD entry. S0 has no flag to
          rely on.

            CPU0: slow GUP                            CPU1: migration, which fails
            (TH3) load the PMD entry: writable
                                                      (UH3) exchange it for an invalid one
                                                      (E2)  pinned? no
                                                      (E3)  clear PG_anon_exclusive  [without TH2]
            (TH5) VM_BUG_ON without PG_anon_exclusive
          """,
          ThpMigrationUnderLock::slowGup);

  static final Scenario MPROTECT =
      scenario(
          "mprotect-vs-thp-migration",
          "mprotect() makes the PMD entry of a huge page read-only while the page is migrated",
          """
          mprotect() makes the entry invalid, and then stores it as it was, without its write
          permission. A migration entry that is stored in between is lost: the page is mapped
          although its mapping is given up.

            CPU0: mprotect()                          CPU1: migration, which fails
            (TH23) exchange the entry for an invalid one
                                                      (UH8) store the migration entry
                                                      (RH7) compound_mapcount - 1  [without TH21]
            (TH25) store the entry: not writable
          """,
          ThpMigrationUnderLock::mprotect);

  static final Scenario ZAP =
      scenario(
          "zap-vs-thp-migration",
          "MADV_DONTNEED unmaps a huge page while it is migrated",
          """
          Migration has seen that the entry maps the page, and gives that mapping up once it has
          stored its own entry. MADV_DONTNEED, in between, gives up the same one.

            CPU0: MADV_DONTNEED                       CPU1: migration, which fails
                                                      (UH2) load the PMD entry: the page
            (ZH3) clear the PMD entry
            (RH7) compound_mapcount - 1               [without ZH1]
                                                      (UH8) store the migration entry
                                                      (RH7) compound_mapcount - 1
          """,
          ThpMigrationUnderLock::zap);

  private final Kernel kernel;
  private final Memory memory;
  private final Machine machine;
  private final Mm mm;
  private final PageBlock block;
  private final PageTable table;

  private ThpMigrationUnderLock(Kernel kernel, Memory memory) {
    this.kernel = kernel;
    this.memory = memory;
    this.machine = new Machine(kernel, memory);
    this.mm = machine.mm("mm", true);
    this.block = HugePage.isolated(memory, kernel);
    machine.add(block);
    long pmd = Pte.huge(block.head(), true);
    this.table = machine.map(mm, PageTable.deposited(memory, "mm", pmd, block.size()));
  }

  private interface Other {
    Program of(ThpMigrationUnderLock race);
  }

  private static Scenario scenario(String name, String title, String story, Other other) {
    return new Scenario(
        name,
        title,
        story,
        "v6.1 mm/huge_memory.c: pmd_trans_huge_lock()",
        ImmutableList.of(
            "the migration fails, and maps the page again; its caller has isolated the page, and"
                + " keeps its reference and the page lock"),
        Patches.states(),
        (kernel, memory) -> new ThpMigrationUnderLock(kernel, memory).against(other));
  }

  private Setting against(Other other) {
    MigrateHugePmd migration = new MigrateHugePmd(kernel, memory, machine.free);
    return machine.running(
        ImmutableList.of(HugeMappingCount.of(table.above(), block)),
        other.of(this),
        program(
            "migration, which fails",
            cpu -> {
              if (!migration.set(cpu, mm, table, block.head())) {
                return 0;
              }
              migration.removeMigrationPmd(cpu, table);
              return 1;
            }));
  }

  private Program program(String name, ToLongFunction<Cpu> body) {
    return new Program(name, engine -> body.applyAsLong(kernel.boot(engine)));
  }

  private Program slowGup() {
    Page spare = machine.free("spare");
    return program(
        "slow GUP",
        cpu -> {
          FreeList pages = FreeList.of(spare);
          SlowGup gup = new SlowGup(kernel, memory, machine.free.onto(pages), pages);
          return gup.getUserPages(cpu, mm, Vma.ANON, table, GupFlags.PIN_WRITE) == null ? 0 : 1;
        });
  }

  private Program mprotect() {
    ProtectPmdRange protect = new ProtectPmdRange(kernel, memory);
    return program(
        "mprotect()",
        cpu -> {
          protect.changePmdRange(cpu, mm, table);
          return 0;
        });
  }

  private Program zap() {
    ZapHugePmd zap = new ZapHugePmd(kernel, memory, machine.free);
    return program("MADV_DONTNEED", cpu -> zap.zapHugePmd(cpu, mm, table) ? 1 : 0);
  }
}
