package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.mm.FreeList;
import org.cowcheck.mm.hugetlb.HugetlbAccess;
import org.cowcheck.patch.HugetlbPatches;
import org.cowcheck.patch.Kernel;
import org.cowcheck.setting.Program;
import org.cowcheck.setting.Setting;

/** GUP-fast pins a page of hugetlb that has become the other process's own. */
final class GupFastVersusHugetlbReuse {
  static final Scenario SCENARIO =
      new Scenario(
          "gup-fast-vs-hugetlb-reuse",
          "GUP-fast of the parent pins a shared page of hugetlb that becomes the child's own",
          """
          Parent and child share a page of hugetlb. GUP-fast of the parent, read-only, has its
          reference, has looked at the entry again, and has yet to ask PG_anon_exclusive: clear, so
          it would back off. Now another thread of the parent writes, and gets a copy; the child
          writes, and hugetlb_wp() finds the page mapped once: it reuses it and sets the flag,
          whoever else has a reference. GUP-fast finds the flag set, and the parent has pinned a
          page that the child alone maps: the device sees what the child writes, and not what the
          parent does.

            CPU0: GUP-fast of the parent              CPU1: parent writes, then child
            (G4)  load the PMD entry: read-only
            (G11) compound_pincount + 1
            (HG3) load the PMD entry: still the same
                                                      (HX10) clear the parent's entry, flush
                                                      (HX11) store it: the copy
                                                      (HX2)  load compound_mapcount: mapped once
                                                      (HN7)  set PG_anon_exclusive
                                                      (HX4)  store the child's entry: writable
            (G18) PG_anon_exclusive? yes

          On x86 the flush at HX10 waits for GUP-fast by its IPI. A small page is not reused while
          somebody else has a reference, and GUP-fast has one by then.
          """,
          "found by cowcheck hunt; gup_huge_pmd() and hugetlb_wp(), v5.18 to v6.1",
          ImmutableList.of("the writes of parent and child are on one CPU, one after the other"),
          HugetlbPatches.reuse(),
          GupFastVersusHugetlbReuse::build);

  private GupFastVersusHugetlbReuse() {}

  private static Setting build(Kernel kernel, Memory memory) {
    HugetlbRace race = HugetlbRace.shared(kernel, memory);
    HugetlbAccess user = new HugetlbAccess(kernel, memory, race.free);
    return race.running(
        race.gupFast(0, false),
        new Program(
            "parent writes, then child",
            engine -> {
              Cpu cpu = kernel.boot(engine);
              FreeList pages = race.otherPages();
              boolean parent = user.write(cpu, race.parent, 0, 1, pages);
              boolean child = user.write(cpu, race.child, 0, 2, race.pages());
              return (parent ? 1L : 0) + (child ? 2L : 0);
            }));
  }
}
