package org.cowcheck.mm;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.cowcheck.patch.Kernel;

/** Bits of page->flags, numbered as enum pageflags of v5.17 numbers them on 64 bit. */
public final class PageFlag {
  public static final int PG_LOCKED = 0;
  public static final int PG_REFERENCED = 1;
  public static final int PG_UPTODATE = 2;
  public static final int PG_DIRTY = 3;
  public static final int PG_LRU = 4;
  public static final int PG_ACTIVE = 5;

  /** PG_double_map (PG_workingset), of the first tail: mapped by PMDs and by PTEs. */
  public static final int PG_DOUBLE_MAP = 6;

  public static final int PG_WORKINGSET = 6;
  public static final int PG_WAITERS = 7;
  public static final int PG_ERROR = 8;
  public static final int PG_SLAB = 9;
  public static final int PG_SWAPCACHE = 10; // PG_owner_priv_1
  public static final int PG_ARCH_1 = 11;
  public static final int PG_RESERVED = 12;
  public static final int PG_PRIVATE = 13;
  public static final int PG_PRIVATE_2 = 14;
  public static final int PG_WRITEBACK = 15;
  public static final int PG_HEAD = 16;
  public static final int PG_MAPPEDTODISK = 17;
  public static final int PG_RECLAIM = 18;
  public static final int PG_SWAPBACKED = 19;
  public static final int PG_UNEVICTABLE = 20;
  public static final int PG_MLOCKED = 21;
  public static final int PG_HWPOISON = 23;

  /**
   * ZONE_MOVABLE, of the zone that the upper bits of the flags hold; stands for all pages that
   * FOLL_LONGTERM may not pin, as those of CMA.
   */
  public static final int ZONE_MOVABLE = 32;

  /**
   * Ghost bit beside the flags: the page is a slab page. Set and cleared by the very stores that
   * set and clear PG_slab for slab pages, so that "is slab" can be told from PG_anon_exclusive
   * where the two share a bit. No kernel path reads it.
   */
  public static final int GHOST_SLAB = 40;

  /** PAGE_FLAGS_CHECK_AT_FREE: what a page that is freed must not have set. */
  public static final long CHECK_AT_FREE =
      bit(PG_LRU)
          | bit(PG_LOCKED)
          | bit(PG_PRIVATE)
          | bit(PG_PRIVATE_2)
          | bit(PG_WRITEBACK)
          | bit(PG_RESERVED)
          | bit(PG_SLAB)
          | bit(PG_ACTIVE)
          | bit(PG_UNEVICTABLE)
          | bit(PG_MLOCKED);

  /** PAGE_FLAGS_CHECK_AT_PREP: every flag but PG_hwpoison (bits 0 to 23). */
  public static final long CHECK_AT_PREP = (bit(24) - 1) & ~bit(PG_HWPOISON);

  private static final ImmutableMap<Integer, String> NAMES =
      ImmutableMap.<Integer, String>builder()
          .put(PG_LOCKED, "locked")
          .put(PG_REFERENCED, "referenced")
          .put(PG_UPTODATE, "uptodate")
          .put(PG_DIRTY, "dirty")
          .put(PG_LRU, "lru")
          .put(PG_ACTIVE, "active")
          .put(PG_DOUBLE_MAP, "double_map")
          .put(PG_WAITERS, "waiters")
          .put(PG_ERROR, "error")
          .put(PG_ARCH_1, "arch_1")
          .put(PG_RECLAIM, "reclaim")
          .put(PG_SLAB, "slab")
          .put(PG_SWAPCACHE, "swapcache")
          .put(PG_RESERVED, "reserved")
          .put(PG_PRIVATE, "private")
          .put(PG_PRIVATE_2, "private_2")
          .put(PG_WRITEBACK, "writeback")
          .put(PG_HEAD, "head")
          .put(PG_MAPPEDTODISK, "mappedtodisk")
          .put(PG_SWAPBACKED, "swapbacked")
          .put(PG_UNEVICTABLE, "unevictable")
          .put(PG_MLOCKED, "mlocked")
          .put(PG_HWPOISON, "hwpoison")
          .put(ZONE_MOVABLE, "zone_movable")
          .put(GHOST_SLAB, "(is slab)")
          .buildOrThrow();

  private static final ImmutableMap<String, Integer> CANDIDATES =
      ImmutableMap.<String, Integer>builder()
          .put("PG_slab", PG_SLAB)
          .put("PG_mappedtodisk", PG_MAPPEDTODISK)
          .put("PG_owner_priv_1", PG_SWAPCACHE)
          .put("PG_error", PG_ERROR)
          .put("PG_arch_1", PG_ARCH_1)
          .put("PG_private", PG_PRIVATE)
          .put("PG_private_2", PG_PRIVATE_2)
          .put("PG_reserved", PG_RESERVED)
          .put("PG_reclaim", PG_RECLAIM)
          .put("PG_workingset", PG_WORKINGSET)
          .buildOrThrow();

  private PageFlag() {}

  /** The names of the bits that are set, such as {@code uptodate|slab}. */
  static String show(long flags) {
    if (flags == 0) {
      return "0";
    }
    return IntStream.range(0, Long.SIZE)
        .filter(bit -> (flags & bit(bit)) != 0)
        .mapToObj(bit -> NAMES.getOrDefault(bit, "bit " + bit))
        .collect(Collectors.joining("|"));
  }

  /** The mask of a bit number. */
  public static long bit(int number) {
    return 1L << number;
  }

  /** The bits that may serve as PG_anon_exclusive, by their names in the kernel. */
  public static ImmutableSet<String> candidates() {
    return CANDIDATES.keySet();
  }

  /**
   * The bit behind PG_anon_exclusive.
   *
   * @throws IllegalArgumentException for S0, which has none, and for a flag that is no candidate
   */
  public static int anonExclusive(Kernel kernel) {
    checkArgument(kernel.state().hasAnonExclusive(), "v5.17 has no PG_anon_exclusive");
    Integer bit = CANDIDATES.get(kernel.exclusiveFlag());
    checkArgument(bit != null, "%s cannot serve as PG_anon_exclusive", kernel.exclusiveFlag());
    return bit;
  }
}
