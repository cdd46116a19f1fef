package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import org.cowcheck.invariant.Liberty;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.alloc.PageFree;
import org.cowcheck.mm.hugetlb.HugetlbAccess;
import org.cowcheck.mm.hugetlb.HugetlbZap;
import org.cowcheck.patch.HugetlbPatches;
import org.cowcheck.patch.Kernel;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** GUP-fast pins a page of hugetlb whose count of pins has just been set to 0. */
final class GupFastVersusHugetlbFault {
  private static final String SOURCE =
      "found by cowcheck hunt; hugepage_add_new_anon_rmap(), hugetlb_wp() and hugetlb_no_page(),"
          + " v5.17 to v6.1";

  static final Scenario COPY =
      new Scenario(
          "gup-fast-vs-hugetlb-cow",
          "GUP-fast pins the copy that a write fault makes of a page of hugetlb",
          """
          hugepage_add_new_anon_rmap() sets compound_pincount of the copy to 0, as it was already,
          and the fault then stores the entry. The smp_wmb() of __SetPageUptodate() comes before
          both, and nothing is between them: no LRU, as for a THP (gup-fast-vs-huge-fault), for
          hugetlb has none. GUP-fast may find the entry, pin the copy, and have its pin wiped out
          by the 0. Fork then finds the page not pinned, and shares it; unpin makes the count -1.

            CPU0: GUP-fast                            CPU1: write fault
                                                      (HX11) store the entry: the copy  [early]
            (G4)  load the PMD entry: the copy
            (G11) compound_pincount: 0 becomes 1
                                                      (HN1a) compound_pincount becomes 0
          """,
          SOURCE,
          ImmutableList.of("the child that shares the old page does nothing"),
          HugetlbPatches.newPage(),
          (kernel, memory) -> build(HugetlbRace.shared(kernel, memory), kernel, memory));

  static final Scenario FIRST =
      new Scenario(
          "gup-fast-vs-hugetlb-fault",
          "GUP-fast pins a page of hugetlb while it is faulted in",
          """
          As gup-fast-vs-hugetlb-cow, with the first write to an address: hugetlb_no_page() sets
          compound_pincount to 0 and stores the entry, read-only; hugetlb_wp() makes it writable.

            CPU0: GUP-fast                            CPU1: write fault
                                                      (HX4)  store the entry: writable  [early]
            (G4)  load the PMD entry: the page
            (G11) compound_pincount: 0 becomes 1
                                                      (HN1a) compound_pincount becomes 0
          """,
          SOURCE,
          ImmutableList.of("nobody forks"),
          HugetlbPatches.newPage(),
          (kernel, memory) -> build(HugetlbRace.unmapped(kernel, memory, 0), kernel, memory));

  static final Scenario AGAIN =
      new Scenario(
          "gup-fast-vs-hugetlb-zap-and-fault",
          "GUP-fast pins a page of hugetlb that was zapped and is faulted in again",
          """
          GUP-fast has loaded the entry when the page is zapped. It goes back to the pool, and the
          next write to the address takes it from there. GUP-fast finds that it has a reference,
          pins it, and has its pin wiped out by hugepage_add_new_anon_rmap(). The entry is stored
          with the value that it had before, so that the second look at it (HG3) sees no difference.
          No reordering is needed, and no barrier helps: the 0 is not needed, and must go.

            CPU0: GUP-fast                            CPU1: zap, then write fault
            (G4)  load the PMD entry: the page
                                                      (HZ3)  clear the entry, flush
                                                      (F1)   drop the last reference: to the pool
                                                      (HA2)  _refcount becomes 1: from the pool
            (G8)  _refcount + 1
            (G11) compound_pincount: 0 becomes 1
                                                      (HN1a) compound_pincount becomes 0
                                                      (HX4)  store the entry: as it was before
            (HG3) load the PMD entry: still the same

          On x86 the flush waits for GUP-fast by its IPI.
          """,
          SOURCE,
          ImmutableList.of("the pool gives what came last", "zap and write are done by one CPU"),
          HugetlbPatches.newPage(),
          GupFastVersusHugetlbFault::buildAgain);

  private GupFastVersusHugetlbFault() {}

  private static Setting buildAgain(Kernel kernel, Memory memory) {
    HugetlbRace race = HugetlbRace.writable(kernel, memory);
    return race.machine.runningAny(
        ImmutableSet.of(Liberty.PAGES_CHANGE),
        ImmutableList.of(),
        race.gupFast(0, true),
        new Program(
            "zap, then write fault",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              FreeList pool = race.otherPages();
              PageFree free = race.free.onto(pool);
              new HugetlbZap(kernel, memory, free).unmapHugepageRange(cpu, race.parent);
              return new HugetlbAccess(kernel, memory, free).write(cpu, race.parent, 0, 1, pool)
                  ? 1
                  : 0;
            }));
  }

  private static Setting build(HugetlbRace race, Kernel kernel, Memory memory) {
    HugetlbAccess user = new HugetlbAccess(kernel, memory, race.free);
    return race.running(
        race.gupFast(0, true),
        new Program(
            "write fault",
            cpu -> user.write(kernel.boot(cpu), race.parent, 0, 1, race.otherPages()) ? 1 : 0));
  }
}
