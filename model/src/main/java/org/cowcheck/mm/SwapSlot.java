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
 * @param contentsLock the lock of what zram has for the slot; null for other devices
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
    Spinlock cacheLock,
    Spinlock contentsLock) {
  /** SWAP_HAS_CACHE: the swap cache has a page for the slot, or somebody is about to read it. */
  public static final long HAS_CACHE = 0x40;

  /** Kinds of swap devices. */
  public enum Device {
    /** Reads and writes take their time, and a page may change while it is written. */
    DISK,
    /** SWP_SYNCHRONOUS_IO: brd, whose reads and writes are copies on the spot, without a lock. */
    SYNCHRONOUS,
    /**
     * SWP_SYNCHRONOUS_IO, and zram's lock of a slot: a write changes what the slot names, and a
     * read copies it, while they hold it (zram_slot_lock() in __zram_bvec_write() and
     * __zram_bvec_read(), v5.17 to v6.1). Left out: SWP_STABLE_WRITES, for the page is locked while
     * it is written.
     */
    ZRAM,
    /** SWP_STABLE_WRITES: a page must not change while it is written, for it has a checksum. */
    STABLE_WRITES;

    /** SWP_SYNCHRONOUS_IO: a page is read before the call returns. */
    public boolean isSynchronous() {
      return this == SYNCHRONOUS || this == ZRAM;
    }

    /** Whether a page must not change while it is written. */
    public boolean needsStableWrites() {
      return this == STABLE_WRITES;
    }
  }

  /** A slot of a disk, without entries and without a page. */
  public static SwapSlot free(Memory memory) {
    return of(memory, Device.DISK, 0, 0);
  }

  /** As {@link #free(Memory)}, one of several. */
  public static SwapSlot free(Memory memory, String name) {
    return new Maker(memory, name, Device.DISK, false, 0, 0, false).make(null);
  }

  /** A slot with so many entries, and no page in the swap cache. */
  public static SwapSlot of(Memory memory, Device device, long entries, long contents) {
    return new Maker(memory, "", device, false, entries, contents, false).make(null);
  }

  /** As {@link #of}, and swap space is full. */
  public static SwapSlot ofFull(Memory memory, Device device, long entries, long contents) {
    return new Maker(memory, "", device, true, entries, contents, false).make(null);
  }

  /** As {@link #of}, for pages of two words, the second of which is 0. */
  public static SwapSlot ofTwoWords(Memory memory, Device device, long entries, long contents) {
    return new Maker(memory, "", device, false, entries, contents, true).make(null);
  }

  /**
   * A slot of which the swap cache has a page.
   *
   * @param entries the number of entries
   * @param page makes that page, given the address of the slot for its private word
   */
  public static SwapSlot cached(Memory memory, String name, long entries, LongFunction<Page> page) {
    return new Maker(memory, name, Device.DISK, false, entries | HAS_CACHE, 0, false).make(page);
  }

  /** As {@link #cached}, with one entry, on any device. */
  public static SwapSlot cachedOn(Memory memory, Device device, LongFunction<Page> page) {
    return new Maker(memory, "slot", device, false, 1 | HAS_CACHE, 0, false).make(page);
  }

  /** As {@link #cached}, and swap space is full. */
  public static SwapSlot cachedFull(
      Memory memory, String name, long entries, LongFunction<Page> page) {
    return new Maker(memory, name, Device.DISK, true, entries | HAS_CACHE, 0, false).make(page);
  }

  /** As {@link #cached}, for pages of two words. */
  public static SwapSlot cachedTwoWords(
      Memory memory, String name, long entries, LongFunction<Page> page) {
    return new Maker(memory, name, Device.DISK, false, entries | HAS_CACHE, 0, true).make(page);
  }

  /**
   * Makes a slot.
   *
   * @param name what its words are named after, if it is one of several; else empty
   */
  private record Maker(
      Memory memory,
      String name,
      Device device,
      boolean full,
      long map,
      long contents,
      boolean twoWords) {

    /** The slot, with the page that the swap cache has for it, given its address; null if none. */
    SwapSlot make(LongFunction<Page> page) {
      String prefix = name.isEmpty() ? "" : name + ".";
      String onDevice = name.isEmpty() ? "slot" : name;
      String cache = name.isEmpty() ? "swap_cache" : name;
      return memory.make(
          address ->
              new SwapSlot(
                  address,
                  device,
                  full,
                  memory.word(prefix + "swap_map", map, SwapSlot::showMap),
                  memory.word(
                      prefix + "swap_cache",
                      page == null ? 0 : page.apply(address).address(),
                      SwapSlot::show),
                  memory.word(onDevice + ".contents", contents),
                  twoWords ? memory.word(onDevice + ".contents1", 0) : null,
                  memory.spinlock(prefix + "swap_info.lock"),
                  memory.spinlock(cache + ".i_pages.lock"),
                  device == Device.ZRAM ? memory.spinlock("zram_slot.lock") : null));
    }
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
  public boolean alloc(Cpu cpu) {
    cpu.spin_lock(lock);
    boolean free = cpu.read_plain_in_source(swapMap) == 0;
    if (free) {
      cpu.WRITE_ONCE(swapMap, HAS_CACHE);
    }
    cpu.spin_unlock(lock);
    return free;
  }

  /** swap_duplicate(): one entry more. */
  public void duplicate(Cpu cpu) {
    add(cpu, 1);
  }

  /** swap_free(): one entry less. Returns what swap_map[] holds then. */
  public long free(Cpu cpu) {
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
  public boolean prepareCache(Cpu cpu) {
    cpu.spin_lock(lock);
    long map = cpu.read_plain_in_source(swapMap);
    boolean prepared = map > 0 && (map & HAS_CACHE) == 0;
    cpu.WRITE_ONCE(swapMap, prepared ? map | HAS_CACHE : map);
    cpu.spin_unlock(lock);
    return prepared;
  }

  /** swapcache_clear() and put_swap_folio(): clears SWAP_HAS_CACHE. */
  public void clearCache(Cpu cpu) {
    cpu.spin_lock(lock);
    cpu.WRITE_ONCE(swapMap, count(cpu.read_plain_in_source(swapMap)));
    cpu.spin_unlock(lock);
  }

  /** swap_swapcount(): the entries, under the lock. */
  public long lockedCount(Cpu cpu) {
    cpu.spin_lock(lock);
    long map = cpu.read_plain_in_source(swapMap);
    cpu.spin_unlock(lock);
    return count(map);
  }

  /** __swap_count(): the entries, without the lock. */
  public long countNow(Cpu cpu) {
    return count(cpu.read_plain_in_source(swapMap));
  }

  /** The device copies a page to the slot; what it has loaded of the first word. */
  public long write(Cpu cpu, Page page) {
    long first = cpu.READ_ONCE(page.contents());
    long second = moreContents == null ? 0 : cpu.READ_ONCE(page.moreContents());
    lockContents(cpu);
    cpu.WRITE_ONCE(contents, first);
    if (moreContents != null) {
      cpu.WRITE_ONCE(moreContents, second);
    }
    unlockContents(cpu);
    return first;
  }

  /** The device copies the slot to a page. */
  public void read(Cpu cpu, Page page) {
    lockContents(cpu);
    cpu.WRITE_ONCE(page.contents(), cpu.READ_ONCE(contents));
    if (moreContents != null) {
      cpu.WRITE_ONCE(page.moreContents(), cpu.READ_ONCE(moreContents));
    }
    unlockContents(cpu);
  }

  private void lockContents(Cpu cpu) {
    if (contentsLock != null) {
      cpu.spin_lock(contentsLock);
    }
  }

  private void unlockContents(Cpu cpu) {
    if (contentsLock != null) {
      cpu.spin_unlock(contentsLock);
    }
  }
}
