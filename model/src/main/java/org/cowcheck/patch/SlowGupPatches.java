package org.cowcheck.patch;

import com.google.common.collect.ImmutableList;

/** The patches by name: the variants that bear on slow GUP, faults and fork. */
public final class SlowGupPatches {
  private static final Edit MAPCOUNT_REUSE = new Edit.DropHunk("W4");

  /** What v5.7 did. */
  public static final Patch MAPCOUNT =
      new Patch(
          "S0-with-mapcount-reuse",
          "v5.17 with write faults that count mappings, not references (before 09854ba94c6a)",
          KernelState.S0,
          ImmutableList.of(MAPCOUNT_REUSE));

  /** What v5.8 did. */
  public static final Patch FORCED_COW =
      new Patch(
          "S0-with-mapcount-reuse-and-forced-cow",
          "the same, and GUP breaks COW for readers, too (17839856fd58)",
          KernelState.S0,
          ImmutableList.of(MAPCOUNT_REUSE, new Edit.AddHunk("FG3")));

  /** What v4.8 did. */
  public static final Patch WITHOUT_FOLL_COW =
      new Patch(
          "S0-without-foll-cow",
          "v5.17 that drops FOLL_WRITE once a write fault was handled (before 19be0eaffa3a)",
          KernelState.S0,
          ImmutableList.of(new Edit.DropHunk("FG14")));

  /** What v5.8 did. */
  public static final Patch S0_WITHOUT_EARLY_COW = withoutEarlyCow(KernelState.S0);

  /** The same on a kernel with PG_anon_exclusive. */
  public static final Patch S3_WITHOUT_EARLY_COW = withoutEarlyCow(KernelState.S3);

  /** Nothing but smp_wmb() orders a copy before its entry. */
  public static final Patch WITHOUT_COPY_FLUSH =
      new Patch(
          "S3-without-copy-flush",
          "v6.1 with wp_page_copy() that does not flush the TLB before it stores the new entry",
          KernelState.S3,
          ImmutableList.of(new Edit.DropFence("W16")));

  /** A mistake that mprotect() must not make. */
  public static final Patch BLIND_UPGRADE =
      new Patch(
          "S3-without-exclusive-test-in-mprotect",
          "v6.1 with mprotect() that makes dirty entries writable, whoever else maps the page",
          KernelState.S3,
          ImmutableList.of(new Edit.DropHunk("PR1")));

  /** What v6.5 did. */
  public static final Patch DIO_PINS =
      new Patch(
          "S3-with-dio-pin",
          "v6.1 with O_DIRECT that pins (1ccf164ec866)",
          KernelState.S3,
          ImmutableList.of(new Edit.AddHunk("FG60")));

  /** What was proposed in June 2025. */
  public static final Patch COHERENT_COPY =
      new Patch(
          "S3-with-wrprotect-before-early-cow",
          "v6.1 with fork that write-protects a pinned page and flushes before it copies",
          KernelState.S3,
          ImmutableList.of(new Edit.AddHunk("FG70"), new Edit.AddHunk("FG71")));

  /** What would not be enough. */
  public static final Patch UNFLUSHED_COPY =
      new Patch(
          "S3-with-wrprotect-before-early-cow-without-flush",
          "v6.1 with fork that write-protects a pinned page before it copies, and flushes later",
          KernelState.S3,
          ImmutableList.of(new Edit.AddHunk("FG70")));

  /** What the PT lock is for in follow_page_pte(). */
  public static final Patch UNLOCKED_FOLLOW =
      new Patch(
          "S3-without-ptl-in-follow-page",
          "v6.1 whose slow GUP looks at the entry and takes the pin without the PT lock",
          KernelState.S3,
          ImmutableList.of(new Edit.DropLock("FG4")));

  /** What mmap_lock is for in slow GUP. */
  public static final Patch UNLOCKED_GUP =
      new Patch(
          "S3-without-mmap-lock-in-gup",
          "v6.1 whose slow GUP does not take mmap_lock",
          KernelState.S3,
          ImmutableList.of(new Edit.DropLock("FG1")));

  /** What the two are for together. */
  public static final Patch WITHOUT_LOCKS =
      new Patch(
          "S3-without-locks-in-gup",
          "v6.1 whose slow GUP takes neither mmap_lock nor the PT lock",
          KernelState.S3,
          ImmutableList.of(new Edit.DropLock("FG1"), new Edit.DropLock("FG4")));

  /** What the second look under the page lock is for in do_wp_page(). */
  public static final Patch UNCHECKED_REUSE =
      new Patch(
          "S3-without-recheck-in-do-wp-page",
          "v6.1 whose write fault does not look at the count again with the page locked",
          KernelState.S3,
          ImmutableList.of(new Edit.DropRecheck("W6")));

  static final ImmutableList<Patch> ALL =
      ImmutableList.of(
          MAPCOUNT,
          FORCED_COW,
          WITHOUT_FOLL_COW,
          S0_WITHOUT_EARLY_COW,
          S3_WITHOUT_EARLY_COW,
          WITHOUT_COPY_FLUSH,
          BLIND_UPGRADE,
          DIO_PINS,
          COHERENT_COPY,
          UNFLUSHED_COPY,
          UNLOCKED_FOLLOW,
          UNLOCKED_GUP,
          WITHOUT_LOCKS,
          UNCHECKED_REUSE);

  private SlowGupPatches() {}

  private static Patch withoutEarlyCow(KernelState state) {
    return new Patch(
        state + "-without-early-cow",
        state.title() + " whose fork shares pinned pages, too (before 70e806e4e645)",
        state,
        ImmutableList.of(new Edit.DropHunk("C8"), new Edit.DropHunk("HC9")));
  }
}
