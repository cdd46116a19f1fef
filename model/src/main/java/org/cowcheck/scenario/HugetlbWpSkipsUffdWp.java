package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.invariant.Invariant;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.Pte;
import org.cowcheck.mm.fault.MmFault.Access;
import org.cowcheck.mm.hugetlb.HugetlbFault;
import org.cowcheck.patch.HugetlbPatches;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Platform;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** A write fault on hugetlb memory that userfaultfd write-protects goes on to make it writable. */
final class HugetlbWpSkipsUffdWp {
  private static final String FIX =
      "60d5b473d61b (mm/hugetlb: fix uffd wr-protection for CoW optimization path)";

  static final Scenario SCENARIO =
      new Scenario(
              "60d5b473d61b-hugetlb-wp-skips-uffd-wp",
              "a write fault maps a page where userfaultfd protects, and makes it writable at once",
              """
              An entry of hugetlb maps nothing, and a marker in it says that userfaultfd
              write-protects what will be mapped. A write fault maps a page read-only, as it should,
              and then goes on to hugetlb_wp() to spare a second fault: that finds the page mapped
              once and makes the entry writable, and userfaultfd never hears of the write. No
              concurrency is needed.

                CPU0: write fault
                (HF8) store the entry: the page, read-only, uffd-wp
                (HX4) store the entry: writable, uffd-wp
              """,
              FIX,
              ImmutableList.of("one CPU only", "v5.17 and the seed have no uffd-wp of hugetlb"),
              HugetlbPatches.uffdWp(),
              HugetlbWpSkipsUffdWp::build)
          .from(
              new Origin.Race(
                  "B18",
                  FIX,
                  false,
                  Platform.X86,
                  ImmutableList.of("S2", "S3"),
                  ImmutableList.of("S3-with-hugetlb-wp-uffd-wp-check")));

  private HugetlbWpSkipsUffdWp() {}

  private static Setting build(Kernel kernel, Memory memory) {
    HugetlbRace race = HugetlbRace.unmapped(kernel, memory, HugetlbFault.UFFD_WP_MARKER);
    HugetlbFault fault = new HugetlbFault(kernel, memory, race.free);
    long both = Pte.UFFD_WP | Pte.WRITE;
    return race.running(
        ImmutableList.of(
            new Invariant(
                "an entry that userfaultfd write-protects is writable",
                end -> (end.value(race.parent.entry()) & both) != both)),
        new Program(
            "write fault",
            cpu -> {
              fault.handle(kernel.boot(cpu), race.parent, Access.WRITE, race.pages());
              return 0;
            }));
  }
}
