package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import java.util.function.ToLongFunction;
import org.cowcheck.invariant.HugeMappingCount;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.hugetlb.FollowHugetlbPage;
import org.cowcheck.mm.hugetlb.HugetlbMigrate;
import org.cowcheck.mm.hugetlb.HugetlbProtect;
import org.cowcheck.mm.hugetlb.HugetlbZap;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Patches;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/**
 * A page of hugetlb is migrated, which takes no mmap_lock, and for an anonymous page no
 * i_mmap_rwsem, while somebody works on its entry: the lock of the entry alone keeps them apart.
 */
final class HugetlbMigrationUnderLock {
  static final Scenario SLOW_GUP =
      scenario(
          "slow-gup-vs-hugetlb-migration",
          "slow GUP pins an exclusive page of hugetlb while it is migrated",
          """
          As slow-gup-vs-thp-migration: what GUP finds at the entry holds as long as it has the
          lock. S0 has no flag; there a pin in between is missed, and the page moves.

            CPU0: slow GUP                            CPU1: migration
            (HL4) load the entry: writable
                                                      (HV5) clear the entry
                                                      (E2)  pinned? no
                                                      (E3)  clear PG_anon_exclusive  [without HL3]
            (HL6) VM_BUG_ON without PG_anon_exclusive
          """,
          HugetlbMigrationUnderLock::slowGup);

  static final Scenario MPROTECT =
      scenario(
          "mprotect-vs-hugetlb-migration",
          "mprotect() makes the entry of a page of hugetlb read-only while the page is migrated",
          """
          mprotect() clears the entry, and then stores it as it was, without its write permission.
          A migration entry that is stored in between is lost: the old page is mapped although its
          mapping and its reference are given up.

            CPU0: mprotect()                          CPU1: migration
                                                      (HV3) load the entry: the page
            (HQ3) clear the entry
                                                      (HV9) store the migration entry
            (HQ4) store the entry: not writable       [without HQ1]
          """,
          HugetlbMigrationUnderLock::mprotect);

  static final Scenario ZAP =
      scenario(
          "zap-vs-hugetlb-migration",
          "MADV_DONTNEED unmaps a page of hugetlb while it is migrated",
          """
          Migration has seen that the entry maps the page, and gives that mapping up once it has
          stored its own entry. MADV_DONTNEED, in between, gives up the same one.

            CPU0: MADV_DONTNEED                       CPU1: migration
                                                      (HV3) load the entry: the page
            (HZ3) clear the entry
            (HN8) compound_mapcount - 1               [without HZ1]
                                                      (HV9) store the migration entry
                                                      (HN8) compound_mapcount - 1
          """,
          HugetlbMigrationUnderLock::zap);

  private HugetlbMigrationUnderLock() {}

  private interface Other {
    ToLongFunction<Cpu> of(HugetlbRace race);
  }

  private static Scenario scenario(String name, String title, String story, Other other) {
    return new Scenario(
        name,
        title,
        story,
        "v6.1 mm/hugetlb.c: huge_pte_lock()",
        ImmutableList.of("mmap_lock and i_mmap_rwsem of the other, which migration does not take"),
        Patches.states(),
        (kernel, memory) -> build(kernel, memory, title(name), other));
  }

  private static String title(String name) {
    return name.substring(0, name.indexOf("-vs-"));
  }

  private static Setting build(Kernel kernel, Memory memory, String name, Other other) {
    HugetlbRace race = HugetlbRace.isolated(kernel, memory);
    HugetlbMigrate migrate = new HugetlbMigrate(kernel, memory, race.free);
    ToLongFunction<Cpu> body = other.of(race);
    return race.running(
        ImmutableList.of(
            HugeMappingCount.of(race.table.above(), race.huge),
            HugeMappingCount.of(race.table.above(), race.spare)),
        new Program(name, engine -> body.applyAsLong(kernel.boot(engine))),
        new Program(
            "migration",
            cpu ->
                migrate.migrate(kernel.boot(cpu), race.parent, race.huge.head(), race.pages())
                    ? 1
                    : 0));
  }

  private static ToLongFunction<Cpu> slowGup(HugetlbRace race) {
    FollowHugetlbPage gup = new FollowHugetlbPage(race.kernel, race.memory, race.free);
    return cpu -> gup.pin(cpu, race.parent, 0, true, race.otherPages()) == null ? 0 : 1;
  }

  private static ToLongFunction<Cpu> mprotect(HugetlbRace race) {
    HugetlbProtect protect = new HugetlbProtect(race.kernel);
    return cpu -> {
      protect.changeProtection(cpu, race.parent);
      return 0;
    };
  }

  private static ToLongFunction<Cpu> zap(HugetlbRace race) {
    HugetlbZap zap = new HugetlbZap(race.kernel, race.memory, race.free);
    return cpu -> zap.unmapHugepageRange(cpu, race.parent) ? 1 : 0;
  }
}
