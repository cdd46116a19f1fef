package org.cowcheck.mm;

import java.util.function.LongFunction;
import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;

/**
 * One swap slot: what its entries and the swap cache say, and what the device holds
 * (mm/swapfile.c).
 *
 * <p>Left out: the caches of free slots, so that a slot whose last user goes is free at once;
 * get_swap_device(); continued counts. Callers label the steps.
 *
 * @param address as entries name it
 * @param device what swap_info_struct says of the device
 * @param full mem_cgroup_swap_full(): a page does not stay in the swap cache without need
 * @param swapMap swap_map[]: the count of entries, and {@link #HAS_CACHE}
 * @param swapCache the address of the struct page that the swap cache has for the slot, or 0
 * @param contents what was written to the slot
 * @param moreContents the second word of that; null unless pages have two words
 * @param lock the lock of the swap_info_struct or of the cluster
 * @param cacheLock the lock of the swap cache's XArray (i_pages)
 */
public record SwapSlot(
    long address,
    Device device,
    boolean full,
    Word swapMap,
    Word swapCache,
    Word contents,
    Word moreContents,
    Spinlock lock,
    Spinlock cacheLock) {
  /** SWAP_HAS_CACHE: the swap cache has a page for the slot, or somebody is about to read it. */
  public static final long HAS_CACHE = 0x40;

  /** Kinds of swap devices. */
  public enum Device {
    /** Reads and writes take their time, and a page may change while it is written. */
    DISK,
    /** SWP_SYNCHRONOUS_IO: reads and writes are done on the spot, such as those of brd. */
    SYNCHRONOUS,
    /** SWP_STABLE_WRITES: a page must not change while it is written, for it has a checksum. */
    STABLE_WRITES;

    boolean isSynchronous() {
      return this == SYNCHRONOUS;
    }

    boolean needsStableWrites() {
      return this == STABLE_WRITES;
    }
  }

  /** A slot of a disk, without entries and without a page. */
  public static SwapSlot free(Memory memory) {
    return of(memory, Device.DISK, 0, 0);
  }

  /** As {@link #free(Memory)}, one of several. */
  public static SwapSlot free(Memory memory, String name) {
    return memory.make(
        address ->
            new SwapSlot(
                address,
                Device.DISK,
                false,
                memory.word(name + ".swap_map", 0, SwapSlot::showMap),
                memory.word(name + ".swap_cache", 0, SwapSlot::show),
                memory.word(name + ".contents", 0),
                null,
                memory.spinlock(name + ".swap_info.lock"),
                memory.spinlock(name + ".i_pages.lock")));
  }

  /** A slot with so many entries, and no page in the swap cache. */
  public static SwapSlot of(Memory memory, Device device, long entries, long contents) {
    return of(memory, device, false, entries, contents);
  }

  /** As {@link #of}, and swap space is full. */
  public static SwapSlot ofFull(Memory memory, Device device, long entries, long contents) {
    return of(memory, device, true, entries, contents);
  }

  /**
   * A slot of which the swap cache has a page.
   *
   * @param entries the number of entries
   * @param page makes that page, given the address of the slot for its private word
   */
  public static SwapSlot cached(Memory memory, String name, long entries, LongFunction<Page> page) {
    return cached(memory, name, false, entries, page);
  }

  /** As {@link #cached}, and swap space is full. */
  public static SwapSlot cachedFull(
      Memory memory, String name, long entries, LongFunction<Page> page) {
    return cached(memory, name, true, entries, page);
  }

  /** As {@link #cached}, for pages of two words. */
  public static SwapSlot cachedTwoWords(
      Memory memory, String name, long entries, LongFunction<Page> page) {
    return cached(memory, name, false, entries, page, memory.word(name + ".contents1", 0));
  }

  private static SwapSlot cached(
      Memory memory, String name, boolean full, long entries, LongFunction<Page> page) {
    return cached(memory, name, full, entries, page, null);
  }

  private static SwapSlot cached(
      Memory memory, String name, boolean full, long entries, LongFunction<Page> page, Word more) {
    return memory.make(
        address ->
            new SwapSlot(
                address,
                Device.DISK,
                full,
                memory.word(name + ".swap_map", entries | HAS_CACHE, SwapSlot::showMap),
                memory.word(name + ".swap_cache", page.apply(address).address(), SwapSlot::show),
                memory.word(name + ".contents", 0),
                more,
                memory.spinlock(name + ".swap_info.lock"),
                memory.spinlock(name + ".i_pages.lock")));
  }

  /** As {@link #of}, for pages of two words, the second of which is 0. */
  public static SwapSlot ofTwoWords(Memory memory, Device device, long entries, long contents) {
    return of(memory, device, false, entries, contents, memory.word("slot.contents1", 0));
  }

  private static SwapSlot of(
      Memory memory, Device device, boolean full, long entries, long contents) {
    return of(memory, device, full, entries, contents, null);
  }

  private static SwapSlot of(
      Memory memory, Device device, boolean full, long entries, long contents, Word more) {
    Word swapMap = memory.word("swap_map", entries, SwapSlot::showMap);
    Word swapCache = memory.word("swap_cache", 0, SwapSlot::show);
    Word onDevice = memory.word("slot.contents", contents);
    Spinlock lock = memory.spinlock("swap_info.lock");
    Spinlock cacheLock = memory.spinlock("swap_cache.i_pages.lock");
    return memory.make(
        address ->
            new SwapSlot(
                address, device, full, swapMap, swapCache, onDevice, more, lock, cacheLock));
  }

  /** The entries that a value of swap_map[] counts. */
  public static long count(long swapMap) {
    return swapMap & ~HAS_CACHE;
  }

  static String show(long address) {
    return address == 0 ? "none" : String.format("%#x", address);
  }

  private static String showMap(long swapMap) {
    return count(swapMap) + ((swapMap & HAS_CACHE) != 0 ? "|cache" : "");
  }

  /** get_swap_pages(): whether the slot was free and is the caller's now. */
  boolean alloc(Cpu cpu) {
    cpu.spin_lock(lock);
    boolean free = cpu.read_plain_in_source(swapMap) == 0;
    if (free) {
      cpu.WRITE_ONCE(swapMap, HAS_CACHE);
    }
    cpu.spin_unlock(lock);
    return free;
  }

  /** swap_duplicate(): one entry more. */
  void duplicate(Cpu cpu) {
    add(cpu, 1);
  }

  /** swap_free(): one entry less. Returns what swap_map[] holds then. */
  long free(Cpu cpu) {
    return add(cpu, -1);
  }

  private long add(Cpu cpu, long entries) {
    cpu.spin_lock(lock);
    long map = cpu.read_plain_in_source(swapMap) + entries;
    cpu.WRITE_ONCE(swapMap, map);
    cpu.spin_unlock(lock);
    return map;
  }

  /** swapcache_prepare(): whether the slot has entries and nobody else had set SWAP_HAS_CACHE. */
  boolean prepareCache(Cpu cpu) {
    cpu.spin_lock(lock);
    long map = cpu.read_plain_in_source(swapMap);
    boolean prepared = map > 0 && (map & HAS_CACHE) == 0;
    cpu.WRITE_ONCE(swapMap, prepared ? map | HAS_CACHE : map);
    cpu.spin_unlock(lock);
    return prepared;
  }

  /** swapcache_clear() and put_swap_folio(): clears SWAP_HAS_CACHE. */
  void clearCache(Cpu cpu) {
    cpu.spin_lock(lock);
    cpu.WRITE_ONCE(swapMap, count(cpu.read_plain_in_source(swapMap)));
    cpu.spin_unlock(lock);
  }

  /** swap_swapcount(): the entries, under the lock. */
  long lockedCount(Cpu cpu) {
    cpu.spin_lock(lock);
    long map = cpu.read_plain_in_source(swapMap);
    cpu.spin_unlock(lock);
    return count(map);
  }

  /** __swap_count(): the entries, without the lock. */
  long countNow(Cpu cpu) {
    return count(cpu.read_plain_in_source(swapMap));
  }
}
