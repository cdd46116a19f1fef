package org.cowcheck.mm;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Spinlock;
import org.cowcheck.memory.Word;

/**
 * One swap slot: what its entries and the swap cache say.
 *
 * @param address as entries name it
 * @param swapMap the count of entries in swap_map[], without SWAP_HAS_CACHE
 * @param swapCache the address of the struct page that the swap cache has for the slot, or 0
 * @param lock the lock of the swap_info_struct or of the cluster
 */
public record SwapSlot(long address, Word swapMap, Word swapCache, Spinlock lock) {

  /** A slot without entries and without a page. */
  public static SwapSlot free(Memory memory) {
    return of(memory, 0, 0);
  }

  /** A slot with so many entries, whose page is in the swap cache. */
  public static SwapSlot holding(Memory memory, Page page, long entries) {
    return of(memory, page.address(), entries);
  }

  private static SwapSlot of(Memory memory, long page, long entries) {
    Word swapMap = memory.word("swap_map", entries);
    Word swapCache =
        memory.word("swap_cache", page, value -> value == 0 ? "none" : String.format("%#x", value));
    Spinlock lock = memory.spinlock("swap_info.lock");
    return memory.make(address -> new SwapSlot(address, swapMap, swapCache, lock));
  }

  /** swap_duplicate(): one entry more. The caller labels the step. */
  void duplicate(Cpu cpu) {
    add(cpu, 1);
  }

  /** swap_free(): one entry less. The caller labels the step. */
  void free(Cpu cpu) {
    add(cpu, -1);
  }

  private void add(Cpu cpu, long entries) {
    cpu.spin_lock(lock);
    cpu.WRITE_ONCE(swapMap, cpu.read_plain_in_source(swapMap) + entries);
    cpu.spin_unlock(lock);
  }
}
