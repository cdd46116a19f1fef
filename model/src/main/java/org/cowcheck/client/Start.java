package org.cowcheck.client;

import com.google.common.collect.ImmutableList;
import java.util.stream.Stream;

/**
 * The state that a program begins in. {@link Ground} builds it.
 *
 * <p>Of a process with an exclusive page there are two: one that has pinned pages before, and one
 * that never has. The other starts have pinned before.
 */
public enum Start {
  EXCLUSIVE("exclusive", Kind.SMALL, "a page that one process maps writable"),
  NEVER_PINNED(
      "never-pinned", Kind.SMALL, "a page that a process without any pin so far maps writable"),
  READ_ONLY("read-only", Kind.SMALL, "an exclusive page that is mapped read-only"),
  SHARED("shared", Kind.SMALL, "a page that parent and child share since fork()"),
  KSM("ksm", Kind.SMALL, "a KSM page that two processes map"),
  SWAPPED("swapped", Kind.SMALL, "an exclusive page that is swapped out"),
  SWAP_CACHED("swap-cached", Kind.SMALL, "an exclusive page, unmapped, still in the swap cache"),
  ZRAM_SWAPPED("zram-swapped", Kind.SMALL, "an exclusive page that is swapped out to zram"),
  PMD_MAPPED("pmd-mapped", Kind.HUGE, "an exclusive huge page that a PMD entry maps"),
  PMD_SHARED("pmd-shared", Kind.HUGE, "a huge page that parent and child share by PMD entries"),
  PTE_MAPPED("pte-mapped", Kind.HUGE, "an exclusive huge page that PTEs map"),
  PARTIALLY_SHARED(
      "partially-shared",
      Kind.HUGE,
      "a huge page that PTEs map, of which the first page was shared with a child that is gone"),
  HUGETLB("hugetlb", Kind.HUGETLB, "an exclusive page of hugetlb"),
  HUGETLB_SHARED(
      "hugetlb-shared", Kind.HUGETLB, "a page of hugetlb that parent and child share since fork()"),
  HUGETLB_CONT(
      "hugetlb-cont", Kind.HUGETLB, "an exclusive page of hugetlb that PTEs map (CONT-PTE)"),
  HUGETLB_SHARED_TABLE(
      "hugetlb-shared-table",
      Kind.TABLE,
      "a file of hugetlb that two processes map by one table of PMD entries"),
  FILE_TABLE(
      "file-table", Kind.TABLE, "a page table, empty by now, that maps a huge page of a file"),
  DEVICE("device", Kind.DEVICE, "an exclusive page in the memory of a device"),
  FILE("file", Kind.FILE, "a page of a file that a process maps privately and read-only"),
  JUST_FREED("just-freed", Kind.PAGE, "a page that was exclusive, with one reference left"),
  FREE("free", Kind.PAGE, "a free page"),
  FREE_BLOCK("free-block", Kind.BLOCK, "a free block of two pages"),
  SLAB("slab", Kind.PAGE, "a slab page");

  private final String word;
  private final Kind kind;
  private final String title;

  Start(String word, Kind kind, String title) {
    this.word = word;
    this.kind = kind;
    this.title = title;
  }

  /** As programs name it. */
  public String word() {
    return word;
  }

  /** In a few words. */
  public String title() {
    return title;
  }

  Kind kind() {
    return kind;
  }

  /** Whether the page has no frame. */
  boolean isSwappedOut() {
    return this == SWAPPED || this == ZRAM_SWAPPED;
  }

  /** Whether a child is there from the beginning. */
  boolean hasChild() {
    return switch (this) {
      case SHARED, PMD_SHARED, HUGETLB_SHARED, HUGETLB_SHARED_TABLE -> true;
      default -> false;
    };
  }

  /** Whether PTEs map a huge page. */
  boolean isMappedByPtes() {
    return this == PTE_MAPPED || this == PARTIALLY_SHARED;
  }

  /** Whether CPUs take pages of hugetlb. */
  boolean isHugetlb() {
    return kind == Kind.HUGETLB || this == HUGETLB_SHARED_TABLE;
  }

  /**
   * The start of this name.
   *
   * @throws MalformedProgramException if there is none
   */
  public static Start named(String word) {
    return Stream.of(values())
        .filter(start -> start.word.equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new MalformedProgramException(
                    "expected a start, one of "
                        + String.join(", ", words())
                        + "; found '"
                        + word
                        + "'"));
  }

  /** The names of all starts. */
  public static ImmutableList<String> words() {
    return Stream.of(values()).map(Start::word).collect(ImmutableList.toImmutableList());
  }

  @Override
  public String toString() {
    return word;
  }
}
