package org.cowcheck.scenario;

import com.google.common.collect.ImmutableList;
import org.cowcheck.memory.Memory;
import org.cowcheck.patch.HugetlbPatches;
import org.cowcheck.patch.Kernel;
import org.cowcheck.patch.Platform;
import org.cowcheck.setting.Setting;

/** GUP-fast pins a private page of hugetlb while its mm forks. */
final class HugetlbForkVersusGupFast {
  private static final String FIX =
      "623a1ddfeb23 (mm/hugetlb: take src_mm->write_protect_seq in copy_hugetlb_page_range())";

  static final Scenario WRITABLE =
      new Scenario(
              "623a1ddfeb23-hugetlb-fork",
              "GUP-fast takes a writable pin of a page of hugetlb during fork",
              """
              fork() looks whether the page is pinned, write-protects the entry and maps the page in
              the child. v5.17 does so without write_protect_seq, by which GUP-fast would notice.

              The counter alone is not enough where a store may be passed by a later load. GUP-fast
              counts the pin of a huge page in compound_pincount and then looks at the counter; fork
              makes it odd and then looks at compound_pincount, with no more than smp_wmb and a lock
              between. For a small page (gup-fast-vs-fork) the reference that fork takes closes the
              gap in v6.1, because pins are counted in that very word; here they are not.

                CPU0: GUP-fast                            CPU1: fork
                                                          (HC2)  write_protect_seq odd  [S1 to S3]
                (G4)  load the PMD entry: the page
                                                          (HC9)  compound_pincount: not pinned
                (G11) compound_pincount + 1
                (HG3) load the PMD entry: the same
                                                          (HC10) clear PG_anon_exclusive
                                                          (HC12) write-protect the PMD entry
                                                          (HC13) store the child's entry
                (G21) write_protect_seq: unchanged
              """,
              FIX,
              ImmutableList.of("the parent writes no more to the page"),
              HugetlbPatches.fork(),
              (kernel, memory) -> build(kernel, memory, true))
          .from(
              new Origin.Race(
                  "B8",
                  FIX,
                  false,
                  Platform.X86,
                  ImmutableList.of(
                      "S0",
                      "S2-without-hugetlb-write-protect-seq",
                      "S3-without-hugetlb-write-protect-seq"),
                  ImmutableList.of("S0-with-hugetlb-write-protect-seq", "seed", "S2", "S3")));

  static final Scenario TAIL =
      new Scenario(
              "anon-exclusive-of-hugetlb",
              "GUP-fast takes a read-only pin of the second page of a page of hugetlb during fork",
              """
              The huge entry is read-only, and the flag of the head says that the whole page is
              exclusive: that is what GUP-fast looks at, whichever page of it is pinned, and what
              fork clears. S0 has no flag, and takes the pin of a page that is shared already.

                CPU0: GUP-fast of the second page         CPU1: fork
                (G4)  load the PMD entry: read-only
                                                          (HC9)  not pinned
                                                          (HC10) clear it of the head
                (G11) pin
                (HG3) load the PMD entry: the same
                (G18) PG_anon_exclusive of the head?
              """,
              "RFC 08/13, 20220224122614.94921-9-david@redhat.com: the table of entry types",
              ImmutableList.of("the parent writes no more to the page"),
              HugetlbPatches.fork(),
              (kernel, memory) -> build(kernel, memory, false))
          .from(new Origin.EntryRow("hugetlb"));

  private HugetlbForkVersusGupFast() {}

  private static Setting build(Kernel kernel, Memory memory, boolean write) {
    HugetlbRace race =
        write ? HugetlbRace.writable(kernel, memory) : HugetlbRace.readOnly(kernel, memory);
    return race.running(race.gupFast(write ? 0 : 1, write), race.fork());
  }
}
