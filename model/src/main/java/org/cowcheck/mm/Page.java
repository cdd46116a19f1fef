package org.cowcheck.mm;

import org.cowcheck.memory.Cpu;
import org.cowcheck.memory.Memory;
import org.cowcheck.memory.Word;

/**
 * One struct page: the words that exclusivity and PageSlab() depend on.
 *
 * <pre>
 * word           holds                                   guarded by
 * flags          page flags ({@link PageFlag})           atomics; by its owner while nobody shares it
 * mapping        anon_vma with the low bit set, a slab    PT lock when mapped; owner on free
 *                cache (aligned, low bits clear), or 0
 * compound_head  address of the head plus 1 for a tail    set while unreachable
 * _refcount      references                               atomics
 * _mapcount      mappings minus 1                         atomics
 * private        the swap entry, in the swap cache        page lock, lock of the swap cache
 * contents       the page's memory, as one word or two    whoever can write to it
 * </pre>
 *
 * On 64 bit compound_head shares its word with lru.next, whose low bit is always clear; list
 * operations therefore never look like a tail, and are left out. slab_cache shares its word with
 * mapping (v5.17 to v6.1) and is modelled there.
 */
public final class Page {

  /** How many references one pin of a small page takes. */
  public static final long GUP_PIN_COUNTING_BIAS = 1024;

  /** PAGE_MAPPING_ANON. */
  public static final long MAPPING_ANON = 1;

  /** PAGE_MAPPING_MOVABLE; with MAPPING_ANON it means KSM. */
  public static final long MAPPING_MOVABLE = 2;

  /** PAGE_MAPPING_FLAGS. */
  public static final long MAPPING_FLAGS = MAPPING_ANON | MAPPING_MOVABLE;

  /** The mapping of an anonymous page: some aligned anon_vma, tagged. */
  public static final long ANON_VMA = 0x1000 | MAPPING_ANON;

  /** The mapping of an anonymous page of another VMA. */
  public static final long OTHER_ANON_VMA = 0x3000 | MAPPING_ANON;

  /** The mapping of a KSM page: some aligned node of the stable tree, tagged. */
  public static final long KSM_NODE = 0x4000 | MAPPING_FLAGS;

  /** The slab_cache of a slab page: some aligned kmem_cache. */
  public static final long KMEM_CACHE = 0x2000;

  /**
   * LIST_POISON2, which a list entry holds that was removed: with the low bits of a movable page.
   */
  public static final long LIST_POISON2 = 0x4120 | MAPPING_MOVABLE;

  /** The mapping of a tail (TAIL_MAPPING): not anonymous. */
  public static final long TAIL_MAPPING = 0x400;

  private enum Kind {
    ORDINARY,
    TWO_WORDS,
    DEVICE_PRIVATE,
    DEVICE_PRIVATE_TWO_WORDS;

    boolean hasTwoWords() {
      return this == TWO_WORDS || this == DEVICE_PRIVATE_TWO_WORDS;
    }

    boolean isDevicePrivate() {
      return this == DEVICE_PRIVATE || this == DEVICE_PRIVATE_TWO_WORDS;
    }
  }

  private final Memory memory;
  private final long address;
  private final Word flags;
  private final Word mapping;
  private final Word compoundHead;
  private final Word refcount;
  private final Word mapcount;
  private final Word contents;
  private final Word more;
  private final Word privateData;
  private final PageBlock block;
  private final int index;
  private final Kind kind;

  /** A page in the given state; it is no tail. */
  public Page(Memory memory, String name, long flags, long mapping, long refcount, long mapcount) {
    this(memory, name, new PageState(flags, mapping, refcount, mapcount));
  }

  /** A page in the given state; it is no tail. */
  public Page(Memory memory, String name, PageState state) {
    this(memory, name, state, 0, null, 0);
  }

  /** A page in the memory of a device: its zone and its pgmap say so, once and for all. */
  public static Page devicePrivate(Memory memory, String name, PageState state) {
    return new Page(memory, name, state, 0, null, 0, Kind.DEVICE_PRIVATE);
  }

  /** The same, whose memory is two words. */
  public static Page devicePrivateOfTwoWords(Memory memory, String name, PageState state) {
    return new Page(memory, name, state, 0, null, 0, Kind.DEVICE_PRIVATE_TWO_WORDS);
  }

  /** A page of a block; null is a block of its own. */
  Page(Memory memory, String name, PageState state, long compoundHead, PageBlock block, int index) {
    this(memory, name, state, compoundHead, block, index, Kind.ORDINARY);
  }

  private Page(
      Memory memory,
      String name,
      PageState state,
      long compoundHead,
      PageBlock block,
      int index,
      Kind kind) {
    this.memory = memory;
    this.address = memory.place(this);
    this.flags = memory.word(name + ".flags", state.flags(), PageFlag::show);
    this.mapping = memory.word(name + ".mapping", state.mapping(), Page::showMapping);
    this.compoundHead = memory.word(name + ".compound_head", compoundHead);
    this.refcount = memory.word(name + "._refcount", state.refcount());
    this.mapcount = memory.word(name + "._mapcount", state.mapcount());
    this.contents = memory.word(name + ".contents", state.contents());
    this.more = kind.hasTwoWords() ? memory.word(name + ".contents1", 0) : null;
    this.privateData = memory.word(name + ".private", state.privateData(), SwapSlot::show);
    this.block = block == null ? PageBlock.of(this) : block;
    this.index = index;
    this.kind = kind;
  }

  /** A page in the hands of the page allocator. */
  public static Page free(Memory memory, String name) {
    return new Page(memory, name, 0, 0, 0, -1);
  }

  /** A page of its own, whose memory is two words. */
  public static Page ofTwoWords(Memory memory, String name, PageState state) {
    return new Page(memory, name, state, 0, null, 0, Kind.TWO_WORDS);
  }

  /** The name in reports. */
  public String name() {
    String word = flags.name();
    return word.substring(0, word.lastIndexOf('.'));
  }

  /** The address of this struct page. */
  public long address() {
    return address;
  }

  public Word flags() {
    return flags;
  }

  public Word mapping() {
    return mapping;
  }

  public Word compoundHead() {
    return compoundHead;
  }

  public Word refcount() {
    return refcount;
  }

  public Word mapcount() {
    return mapcount;
  }

  public Word contents() {
    return contents;
  }

  /** The second word of the page's memory; null but in a page of two words. */
  public Word moreContents() {
    return more;
  }

  /** copy_user_highpage() to this page, word by word. The caller labels the step. */
  public void copyFrom(Cpu cpu, Page from) {
    cpu.WRITE_ONCE(contents, cpu.READ_ONCE(from.contents));
    if (from.more != null) {
      cpu.WRITE_ONCE(more, cpu.READ_ONCE(from.more));
    }
  }

  /** clear_user_highpage(), word by word. The caller labels the step. */
  public void clear(Cpu cpu) {
    cpu.WRITE_ONCE(contents, 0);
    if (more != null) {
      cpu.WRITE_ONCE(more, 0);
    }
  }

  /** pages_identical(), word by word. The caller labels the step. */
  public boolean isIdentical(Cpu cpu, Page other) {
    return cpu.READ_ONCE(contents) == cpu.READ_ONCE(other.contents)
        && (more == null || cpu.READ_ONCE(more) == cpu.READ_ONCE(other.more));
  }

  /** page->private: the address of the swap slot, while the page is in the swap cache. */
  public Word privateData() {
    return privateData;
  }

  /** is_device_private_page(): nobody can pin it by its entry, which is not present. */
  public boolean isDevicePrivate() {
    return kind.isDevicePrivate();
  }

  /** The pages that lie next to each other, to which this one belongs. */
  public PageBlock block() {
    return block;
  }

  /** The position in the block, from 0. */
  public int index() {
    return index;
  }

  private static String showMapping(long mapping) {
    if (mapping == 0) {
      return "NULL";
    }
    String flags = (mapping & MAPPING_ANON) != 0 ? "|anon" : "";
    flags += (mapping & MAPPING_MOVABLE) != 0 ? "|movable" : "";
    return String.format("%#x%s", mapping & ~MAPPING_FLAGS, flags);
  }

  /** The page that a compound_head value names, seen from this page. */
  Page head(long compoundHead) {
    return (compoundHead & 1) != 0 ? memory.object(compoundHead - 1, Page.class) : this;
  }

  /** The swap slot that a value of page->private names. */
  public SwapSlot slot(long privateData) {
    return memory.object(privateData, SwapSlot.class);
  }
}
